"""The identity graph as server-rendered SVG: customer, profiles, handles, other customers, left to right.

No script and no inline style; the same stands in tables below it, so the picture is hidden from readers.
"""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from crm.lib.labels import label
from customers.handles.graph import Graph, Node
from customers.models import Customer

WIDTH, ROW, BOX, TOP = 840, 46, 36, 8
COLUMNS = (0, 190, 400, 660)
WIDTHS = (150, 170, 220, 180)
MOST_PROFILES, MOST_HANDLES, MOST_OTHERS = 8, 14, 8

Point = tuple[float, float]


def draw(graph: Graph) -> SafeString:
    keys = graph.keys[:MOST_PROFILES]
    profiles = [one for one, _key in keys]
    handles = graph.handles[:MOST_HANDLES]
    others = [one for one, _nodes in graph.others.values()][:MOST_OTHERS]
    height = TOP * 2 + ROW * max(1, len(profiles), len(handles), len(others))
    places = [_places(column, height) for column in ([graph.customer], profiles, handles, others)]
    parts = [*_edges(graph, places, profiles, handles, others), _customer(graph.customer, places[0][0], 0)]
    parts += [
        _box(1, y, "is-profile", one.source, key) for (one, key), y in zip(keys, places[1], strict=True)
    ]
    parts += [_handle(one, y) for one, y in zip(handles, places[2], strict=True)]
    parts += [_customer(one, y, 3) for one, y in zip(others, places[3], strict=True)]
    return format_html(
        '<svg class="identity-graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' aria-hidden="true" focusable="false">{parts}</svg>',
        width=WIDTH,
        height=height,
        parts=_join(parts),
    )


def left_out(graph: Graph) -> str:
    """What the picture has no room for."""
    number = max(0, len(graph.handles) - MOST_HANDLES)
    if not number:
        return ""
    text = ngettext(
        "%(number)s more handle is in the table below.",
        "%(number)s more handles are in the table below.",
        number,
    )
    return text % {"number": number}


def _places(rows: Sequence[object], height: int) -> list[float]:
    """The middles of the boxes of one column, spread over the whole height."""
    step = (height - 2 * TOP) / max(1, len(rows))
    return [TOP + step * (place + 0.5) for place in range(len(rows))]


def _edges(
    graph: Graph,
    places: Sequence[Sequence[float]],
    profiles: Sequence[object],
    handles: Sequence[Node],
    others: Sequence[Customer],
) -> list[SafeString]:
    numbers = {getattr(one, "pk", 0): place for place, one in enumerate(profiles)}
    people = {one.pk: place for place, one in enumerate(others)}
    drawn = [_edge((0, places[0][0]), (1, y), "") for y in places[1]]
    for node, y in zip(handles, places[2], strict=True):
        for word in node.words:
            if word.profile_id in numbers:
                css = "" if word.detached_at is None else " is-gone"
                drawn.append(_edge((1, places[1][numbers[word.profile_id]]), (2, y), css))
        ends = [people[other.pk] for other in node.sharing.seen if other.pk in people]
        drawn += [_edge((2, y), (3, places[3][end]), " is-shared") for end in ends]
    return drawn


def _join(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _edge(start: Point, end: Point, css: str) -> SafeString:
    column, y = int(start[0]), start[1]
    x, to = COLUMNS[column] + WIDTHS[column], COLUMNS[int(end[0])]
    middle, low = (x + to) / 2, end[1]
    bend = f"M{x} {y:.0f}C{middle:.0f} {y:.0f} {middle:.0f} {low:.0f} {to} {low:.0f}"
    return format_html('<path class="ig-edge{}" d="{}"/>', css, bend)


def _box(column: int, y: float, css: str, title: str, below: str) -> SafeString:
    x, width = COLUMNS[column], WIDTHS[column]
    top, room = y - BOX / 2, width // 8
    box = format_html(
        '<rect class="ig-box {}" x="{}" y="{}" width="{}" height="{}" rx="8"/>',
        *(css, x + 0.5, round(top), width - 1, BOX),
    )
    if not below:
        return _join([box, _text("ig-text", x, y + 4, _cut(title, room))])
    first = _text("ig-text", x, y - 2, _cut(title, room))
    return _join([box, first, _text("ig-small", x, y + 12, _cut(below, room + 3))])


def _text(css: str, x: int, y: float, text: str) -> SafeString:
    return format_html('<text class="{}" x="{}" y="{}">{}</text>', css, x + 10, round(y), text)


def _customer(customer: Customer, y: float, column: int) -> SafeString:
    box = _box(column, y, "is-customer" if not column else "is-other", customer.name, customer.city)
    if not column:
        return box
    page = reverse("customers:detail", args=[customer.pk])
    return format_html('<a href="{}" tabindex="-1">{}</a>', page, box)


def _handle(node: Node, y: float) -> SafeString:
    css = "is-handle" if node.is_attached else "is-handle is-gone"
    if node.is_shared:
        css += " is-shared"
    below = label("share", node.sharing.share) if node.is_shared else label("identity", node.kind)
    return _box(2, y, css, node.text, below)


def _cut(text: str, room: int) -> str:
    """Chinese characters take two places."""
    taken = 0
    kept: list[str] = []
    for sign in text:
        taken += 1 if ord(sign) < 0x2E80 else 2
        if taken > room:
            return "".join(kept).rstrip() + "…"
        kept.append(sign)
    return text
