"""A table as the page shows it: rows of cells that lead to their records, and a chart."""

from collections.abc import Iterator, Sequence
from functools import partial
from math import ceil
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.desk.pivot import subjects
from crm.desk.pivot.arranging import MOST_NAMED, Table
from crm.desk.pivot.asking import IN, Question
from crm.desk.pivot.counting import OTHERS, Path, Value
from crm.desk.pivot.subjects import Measure
from crm.lib import bars, charts
from crm.lib.templatetags.ui import NOTHING, money, percent, rounded_money, thousands

# More rows than these stand in the file.
SHOWN = 200
MOST_BARS, MOST_POINTS, MOST_SERIES = 20, 120, 6
# The greys are for what is left over.
TONES, REST_TONE = (1, 2, 3, 4, 5, 7, 6), 0


def written(measure: Measure, value: Value) -> str:
    """A number of this measure as people read it."""
    if value is None:
        return NOTHING
    if measure.is_money:
        write = money if measure.kind == subjects.AVERAGE or measure.in_cents else rounded_money
        return write(round(float(value), 2), settings.DEFAULT_CURRENCY)
    return thousands(round(value)) if measure.kind != subjects.AVERAGE else f"{value:,.1f}"


class Links:
    """Addresses of the records behind cells. What they share is written once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        asked = table.layout.question
        self.escape = asked.subject.key == "customers"
        self.start = records_url(asked)
        self.others = {place: self._others(place) for place in table.rest}

    def to(self, path: Path, column: str | None = None) -> str:
        """Nowhere, when too many keys would have to be named."""
        keys = [*enumerate(path), *([(len(self.table.layout.rows), column)] if column is not None else [])]
        parts = [self.others[place] if key == OTHERS else self._at(place, key) for place, key in keys]
        more = "".join(part or "" for part in parts)
        return "" if None in parts else self.start + (quote(more, safe="") if self.escape else more)

    def _at(self, place: int, key: str, word: str = "at") -> str:
        return f"&{word}={self.table.layout.used[place].key}:{quote(key)}"

    def _others(self, place: int) -> str | None:
        kept = self.table.rest[place]
        return "".join(self._at(place, key, "but") for key in kept) if len(kept) <= MOST_NAMED else None


def records_url(asked: Question) -> str:
    """Customers stand in their list, where one can work with them; all else in a list of its own."""
    if asked.subject.key == "customers":
        return people_url(asked)
    return f"{reverse('pivot:records')}?{asked.address}"


def people_url(asked: Question) -> str:
    """The customers behind a cell, of whatever it counts."""
    return f"{reverse('customers:list')}?cell={quote(asked.address, safe='')}"


def head(table: Table) -> list[tuple[str, str, str]]:
    """Titles with the address that sorts by them and how they are sorted now."""
    by_name = [_head(table, " / ".join(str(one.label) for one in table.layout.rows), "name")]
    columns = [
        _head(table, table.column_label(key), f"{IN}{key}", falls=True)
        if key != OTHERS
        else (table.column_label(key), "", "")
        for key in table.columns
    ]
    return [*by_name, *columns, _head(table, _("Total"), "value", falls=True)]


def _head(table: Table, label: str, word: str, *, falls: bool = False) -> tuple[str, str, str]:
    now = table.layout.sort
    state = {word: "ascending", f"-{word}": "descending"}.get(now, "")
    turned = word if now == f"-{word}" or (not falls and now != word) else f"-{word}"
    return label, table.layout.address_with(sort=turned), state


def body(table: Table) -> SafeString:
    links, layout = Links(table), table.layout
    top = _top(table)
    rows = (_row(table, path, links, top) for path in table.rows[:SHOWN])
    return format_html_join("", '<tr class="level-{}"><th scope="row">{}</th>{}</tr>', rows) + format_html(
        '<tr class="pivot-total"><th scope="row">{}</th>{}</tr>',
        _("Total"),
        _cells(table, (), links, 0, is_leaf=len(layout.rows) == 0),
    )


def _row(table: Table, path: Path, links: Links, top: float) -> tuple[int, str, SafeString]:
    is_leaf = len(path) == len(table.layout.rows)
    level = len(path) if not is_leaf or len(table.layout.rows) > 1 else 0
    return level, table.label(path), _cells(table, path, links, top, is_leaf=is_leaf)


def _cells(table: Table, path: Path, links: Links, top: float, *, is_leaf: bool) -> SafeString:
    cells = [
        (
            _shade(_float(table.value(path, column)), top) if is_leaf else "none",
            _cell(table, path, column, links),
        )
        for column in table.columns
    ]
    return format_html_join("", '<td class="number heat-{}">{}</td>', cells) + format_html(
        '<td class="number sum">{}</td>', _cell(table, path, None, links)
    )


def _cell(table: Table, path: Path, column: str | None, links: Links) -> SafeString | str:
    value = table.value(path, column)
    if value is None:
        return NOTHING
    share = table.share(path, column)
    text = percent(share) if table.layout.share else written(table.layout.measure, value)
    url = links.to(path, column)
    if not url:
        return text
    return format_html('<a href="{}" title="{}">{}</a>', url, written(table.layout.measure, value), text)


def _shade(value: float, top: float) -> int:
    """From 0 to 5: numbers are to be read, so the shades stay light."""
    return ceil(value / top * 5) if value > 0 and top else 0


def _top(table: Table) -> float:
    """The largest number inside the table, for its shades."""
    leaves = [path for path in table.rows if len(path) == len(table.layout.rows)]
    return max((_float(table.value(path, one)) for path in leaves for one in table.columns), default=0)


def chart(table: Table) -> charts.Chart | None:
    """Lines over time, lying bars for all else; the largest rows, the largest columns."""
    layout, links = table.layout, Links(table)
    kind = layout.chart or ("line" if layout.rows[0].is_time else "bar")
    if kind == "none" or not table.rows:
        return None
    most = MOST_POINTS if layout.rows[0].is_time else MOST_BARS
    paths = [path for path in table.rows if len(path) == 1][:most]
    if kind == "line":
        paths = sorted(path for path in paths if path[0] != OTHERS)
    labels = [table.label(path) for path in paths]
    found = list(_series(table, paths))
    write = partial(written, layout.measure)
    urls = [links.to(path) for path in paths]
    title = str(layout.measure.label)
    if kind == "line":
        return charts.line(title, labels, found, height=240, fmt=write, urls=urls)
    if layout.rows[0].is_time or (layout.rows[0].natural and len(labels) > 8):
        return charts.stacked(title, labels, found, height=240, fmt=write, urls=urls)
    return bars.lying(title, labels, found, fmt=write, urls=urls)


def _series(table: Table, paths: Sequence[Path]) -> Iterator[charts.Series]:
    """One for each of the first columns and one for the rest; what does not add up is shown as a whole."""
    measure = table.layout.measure
    if not table.columns or not measure.adds_up:
        yield charts.Series(str(measure.label), [_float(table.value(path)) for path in paths])
        return
    shown = table.columns if len(table.columns) <= MOST_SERIES + 1 else table.columns[:MOST_SERIES]
    for place, column in enumerate(shown):
        values = [_float(table.value(path, column)) for path in paths]
        yield charts.Series(
            table.column_label(column), values, REST_TONE if column == OTHERS else TONES[place]
        )
    if rest := table.columns[len(shown) :]:
        values = [sum(_float(table.value(path, one)) for one in rest) for path in paths]
        yield charts.Series(_("Others"), values, REST_TONE)


def _float(value: Value) -> float:
    return float(value) if value is not None else 0.0
