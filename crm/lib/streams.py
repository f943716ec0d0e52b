"""A flow chart (Sankey) as server-rendered SVG, beside the charts of crm.lib.charts and by their rules.

Nodes stand at the left and right edge, their names lie on the streams between them. Only the streams are in a
viewBox that stretches, so that text keeps its size at any width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString

from crm.lib.charts import Format, _described, _hit, number

# So much for a name of a node, even where hardly anybody is.
GAP = 15
BAR = 7
LEAST = 1.2


@dataclass(frozen=True)
class Node:
    key: str
    label: str
    tone: int = 1


@dataclass(frozen=True)
class Stream:
    """From one node to another; `url` leads to its records."""

    before: Node
    after: Node
    value: float
    tip: str
    url: str = ""


@dataclass(frozen=True)
class Place:
    """A node as it stands at one edge."""

    node: Node
    value: float
    top: float
    height: float


def sankey(
    title: str,
    streams: Sequence[Stream],
    order: Sequence[str],
    *,
    fmt: Format = number,
    height: int = 360,
) -> SafeString:
    """`order` names the nodes from top to bottom. Streams are coloured by where they lead."""
    streams = [one for one in streams if one.value > 0]
    total = sum(one.value for one in streams)
    left = {one.before: 0.0 for one in streams}
    right = {one.after: 0.0 for one in streams}
    for one in streams:
        left[one.before] += one.value
        right[one.after] += one.value
    room = height - GAP * max(len(left), len(right), 1)
    scale = room / total if total else 0
    before, after = _places(left, order, scale, height), _places(right, order, scale, height)
    parts = [
        f'<svg width="100%" height="{height}" viewBox="0 0 100 {height}" preserveAspectRatio="none">',
        *_ribbons(streams, before, after, order, scale),
        "</svg>",
        *(_node(place, fmt, at_end=False) for place in before.values()),
        *(_node(place, fmt, at_end=True) for place in after.values()),
    ]
    size = f'width="100%" height="{height}"'
    svg = f'<svg class="chart ch-sankey" {size} aria-hidden="true">{"".join(parts)}</svg>'
    summary = "; ".join(f"{one.before.label} → {one.after.label}: {fmt(one.value)}" for one in streams)
    return _described(svg, title, summary)


def _places(sums: dict[Node, float], order: Sequence[str], scale: float, height: int) -> dict[str, Place]:
    """Spread over the whole height, the space between them even."""
    nodes = sorted(sums, key=lambda node: order.index(node.key))
    heights = [max(LEAST, sums[node] * scale) for node in nodes]
    gap = (height - sum(heights)) / max(1, len(nodes))
    found, top = {}, gap / 2
    for node, tall in zip(nodes, heights, strict=True):
        found[node.key] = Place(node, sums[node], top, tall)
        top += tall + gap
    return found


def _ribbons(
    streams: Sequence[Stream],
    before: dict[str, Place],
    after: dict[str, Place],
    order: Sequence[str],
    scale: float,
) -> list[str]:
    leaving = {key: place.top for key, place in before.items()}
    coming = {key: place.top for key, place in after.items()}
    ribbons = []
    for one in sorted(streams, key=lambda s: (order.index(s.before.key), order.index(s.after.key))):
        tall = one.value * scale
        y, z = leaving[one.before.key], coming[one.after.key]
        leaving[one.before.key] += tall
        coming[one.after.key] += tall
        shown = max(LEAST, tall)
        path = (
            f"M0 {y:.1f}C45 {y:.1f} 55 {z:.1f} 100 {z:.1f}V{z + shown:.1f}"
            f"C55 {z + shown:.1f} 45 {y + shown:.1f} 0 {y + shown:.1f}Z"
        )
        stays = " ch-stays" if one.before.key == one.after.key else ""
        ribbon = f'<path class="ch-ribbon tone-{one.after.tone}{stays}" d="{path}"/>'
        ribbons.append(_hit(one.tip, ribbon, one.url))
    return ribbons


def _node(place: Place, fmt: Format, *, at_end: bool) -> str:
    x, anchor, bar = (-BAR - 6, "end", -BAR) if at_end else (BAR + 6, "start", 0)
    middle = place.top + place.height / 2 + 4
    return (
        f'<svg x="{"100%" if at_end else 0}" overflow="visible">'
        f'<rect class="ch-bar tone-{place.node.tone}" x="{bar}" y="{place.top:.1f}" width="{BAR}"'
        f' height="{place.height:.1f}" rx="2"/>'
        f'<text class="ch-name" x="{x}" y="{middle:.1f}" text-anchor="{anchor}">{escape(place.node.label)}'
        f' <tspan class="ch-figure">{escape(fmt(place.value))}</tspan></text></svg>'
    )
