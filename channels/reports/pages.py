"""What the report page shows: charts, a heat map and tables whose every number leads to its conversations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.reports import times
from channels.reports.figures import Part, Report
from channels.reports.models import Tally
from channels.reports.periods import Asked
from crm.lib import charts, labels
from crm.lib.templatetags.ui import percent, thousands

M = Tally.Measure
HALF, NINE_OF_TEN = 0.5, 0.9
Link = Callable[..., str]


@dataclass(frozen=True)
class Cell:
    """One cell of the heat map."""

    level: int
    url: str
    tip: str
    name: str
    text: str


@dataclass(frozen=True)
class Row:
    """One team or one colleague."""

    name: str
    cells: tuple[tuple[str, str], ...]


def links(asked: Asked, *, leads: bool) -> Link:
    """Addresses of conversations; none for who may not see any."""
    # A page has hundreds of them, so what they share is written once.
    clock = None if asked.by_clock else "open"
    start = f"{reverse('reports:conversations')}?{asked.query(clock=clock)}"

    def link(measure: str, **more: Any) -> str:
        if not leads:
            return ""
        parts = (f"&{name}={quote(str(value))}" for name, value in more.items() if value is not None)
        return f"{start}&measure={measure}{''.join(parts)}"

    return link


def page(report: Report, *, leads: bool) -> dict[str, Any]:
    link = links(report.asked, leads=leads)
    return {
        "kpis": kpis(report, link),
        "volume": volume(report, link),
        "heat": heat(report, link),
        "hours": [str(hour) if hour % 3 == 0 else "" for hour in range(24)],
        "scores": scores(report, link),
        "teams": [_row(part, report, link, "team") for part in report.teams],
        "people": [_row(part, report, link, "person") for part in report.people],
        "head": head(),
        "article": article(report, link),
    }


def kpis(report: Report, link: Link) -> list[dict[str, str]]:
    part = report.all
    slow = part.quantile(report.first, NINE_OF_TEN)
    slow_end = part.quantile(report.resolution, NINE_OF_TEN)
    mean = part.mean(M.RATED)
    return [
        _kpi(
            _("Opened"),
            thousands(part.total(M.OPENED)),
            link("opened"),
            _("%(number)s closed") % {"number": thousands(part.total(M.CLOSED))},
        ),
        _kpi(
            _("First reply, half within"),
            times.words(part.quantile(report.first, HALF)),
            link("first", slower=_seconds(slow)),
            _("9 of 10 within %(time)s") % {"time": times.words(slow)},
        ),
        _kpi(
            _("Solved, half within"),
            times.words(part.quantile(report.resolution, HALF)),
            link("resolution", slower=_seconds(slow_end)),
            _("9 of 10 within %(time)s") % {"time": times.words(slow_end)},
        ),
        _kpi(
            _("Promises kept"),
            percent(part.kept, 1) if part.kept is not None else "–",
            link("missed"),
            _("%(number)s not kept") % {"number": thousands(part.total(M.MISSED))},
        ),
        _kpi(_("Opened again"), thousands(part.total(M.REOPENED)), link("reopened")),
        _kpi(
            _("Satisfaction"),
            _score(mean),
            link("rated"),
            _("of 5, %(number)s ratings") % {"number": thousands(part.total(M.RATED))},
        ),
    ]


def volume(report: Report, link: Link) -> charts.Chart:
    """Opened and closed, day by day; of long periods month by month."""
    spans = list(_spans(report.asked))
    numbers = [report.days.get(first, (0, 0)) for first, _last in spans]
    return charts.line(
        _("Opened and closed"),
        [date_format(first, "Y-m" if report.asked.by_month else "m-d") for first, _last in spans],
        [
            charts.Series(_("Opened"), [opened for opened, _closed in numbers], 1),
            charts.Series(_("Closed"), [closed for _opened, closed in numbers], 2),
        ],
        urls=[_between(link("opened"), first, last) for first, last in spans],
    )


def heat(report: Report, link: Link) -> list[tuple[str, list[Cell]]]:
    """When conversations begin, by channel and hour."""
    kinds = sorted(
        {kind for kind, _hour in report.hours},
        key=lambda kind: -sum(number for (one, _hour), number in report.hours.items() if one == kind),
    )
    top = max(report.hours.values(), default=0)
    return [(_channel(kind), [_cell(report, link, kind, hour, top) for hour in range(24)]) for kind in kinds]


def scores(report: Report, link: Link) -> charts.Chart:
    counts = report.all.counts[M.RATED]
    given = range(1, 6) if counts else ()
    return charts.stacked(
        _("How customers rated us"),
        [f"{score} ★" for score in given],
        [charts.Series(_("Ratings"), [counts[score] for score in given])],
        urls=[link("rated", score=score) for score in given],
        height=160,
    )


def article(report: Report, link: Link) -> list[tuple[str, str, str]]:
    """What articles change: with one in the answer, and over all."""
    part, resolution = report.all, report.all.quantile(M.RESOLUTION, HALF)
    used, opened = part.total(M.ARTICLE), part.total(M.OPENED)
    if not used:
        return []
    mean, of_all = part.mean(M.ARTICLE_RATED), part.mean(M.RATED)
    inside = part.quantile(M.ARTICLE_RESOLUTION, HALF)
    share = f"{thousands(used)} ({percent(used / opened)})" if opened else thousands(used)
    return [
        (_("Conversations with an article"), share, link("article")),
        (_("Solved, half within"), _beside(times.words(inside), times.words(resolution)), ""),
        (_("Satisfaction"), _beside(_score(mean), _score(of_all)), ""),
    ]


def head() -> list[str]:
    return [
        _("Opened"),
        _("Closed"),
        _("First reply"),
        _("9 of 10"),
        _("Solved"),
        _("9 of 10"),
        _("Promises kept"),
        _("Opened again"),
        _("Satisfaction"),
    ]


def table(parts: list[Part], report: Report, first: str) -> list[list[str]]:
    """The same numbers for a file."""
    link = links(report.asked, leads=False)
    rows = [[text for text, _url in _row(part, report, link, "").cells] for part in parts]
    return [[first, *head()], *([_name(part), *row] for part, row in zip(parts, rows, strict=True))]


def days_table(report: Report) -> list[list[str]]:
    rows = [[str(first), *map(str, report.days.get(first, (0, 0)))] for first, _last in _spans(report.asked)]
    return [[_("Day"), _("Opened"), _("Closed")], *rows]


def hours_table(report: Report) -> list[list[str]]:
    rows = [[_channel(kind), str(hour), str(number)] for (kind, hour), number in sorted(report.hours.items())]
    return [[_("Channel"), _("Hour"), _("Opened")], *rows]


def _row(part: Part, report: Report, link: Link, name: str) -> Row:
    more: dict[str, Any] = {name: part.key} if part.key else {f"no_{name}": 1}
    slow, slow_end = part.quantile(report.first, NINE_OF_TEN), part.quantile(report.resolution, NINE_OF_TEN)
    mean = part.mean(M.RATED)
    return Row(
        _name(part),
        (
            (thousands(part.total(M.OPENED)), link("opened", **more)),
            (thousands(part.total(M.CLOSED)), link("closed", **more)),
            (times.words(part.quantile(report.first, HALF)), link("first", **more)),
            (times.words(slow), link("first", slower=_seconds(slow), **more)),
            (times.words(part.quantile(report.resolution, HALF)), link("resolution", **more)),
            (times.words(slow_end), link("resolution", slower=_seconds(slow_end), **more)),
            (percent(part.kept) if part.kept is not None else "–", link("missed", **more)),
            (thousands(part.total(M.REOPENED)), link("reopened", **more)),
            (_score(mean), link("rated", **more)),
        ),
    )


def _channel(kind: str) -> str:
    return labels.label("channel", kind) if kind else _("Other")


def _score(mean: float | None) -> str:
    return f"{mean:.1f}" if mean else "–"


def _beside(inside: str, of_all: str) -> str:
    return _("%(with)s with, %(all)s over all") % {"with": inside, "all": of_all}


def _name(part: Part) -> str:
    return part.name or pgettext("conversations", "Nobody's")


def _kpi(label: str, value: str, url: str, note: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "url": url, "note": note}


def _cell(report: Report, link: Link, kind: str, hour: int, top: int) -> Cell:
    number = report.hours.get((kind, hour), 0)
    name = f"{_channel(kind)}, {hour}:00"
    url = link("opened", kind=kind or None, hour=hour)
    return Cell(charts.level(number, top), url, f"{name}\n{number}", name, str(number) if number else "")


def _seconds(time: float | None) -> int | None:
    return int(time) if time else None


def _spans(asked: Asked) -> list[tuple[date, date]]:
    """Its days, or its months, each from its first to its last day."""
    if not asked.by_month:
        number = (asked.last - asked.first).days + 1
        return [(day, day) for day in (asked.first + timedelta(days=one) for one in range(number))]
    spans, first = [], asked.first.replace(day=1)
    while first <= asked.last:
        after = (first + timedelta(days=32)).replace(day=1)
        spans.append((first, min(asked.last, after - timedelta(days=1))))
        first = after
    return spans


def _between(url: str, first: date, last: date) -> str:
    return f"{url}&from={first}&to={last}" if url else ""
