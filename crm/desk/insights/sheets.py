"""What a page shows in numbers: indicators, and tables with the picture drawn from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import pgettext

from crm.lib import charts
from crm.lib.charts import Chart
from crm.lib.templatetags import ui

Number = float | int | None
Format = Callable[[Number], str]


def whole(value: Number) -> str:
    return ui.NOTHING if value is None else f"{value:,.0f}"


def decimal(value: Number) -> str:
    return ui.NOTHING if value is None else f"{value:,.1f}"


def percent(value: Number) -> str:
    return ui.percent(value)


def money(value: Number) -> str:
    return ui.rounded_money(value, settings.DEFAULT_CURRENCY)


def change(value: Number) -> str:
    return ui.NOTHING if value is None else f"{value:+.1%}"


@dataclass(frozen=True)
class Line:
    label: str
    values: tuple[Number, ...]
    url: str = ""
    note: str = ""
    trend: Sequence[float] = ()

    @property
    def spark(self) -> str:
        return charts.spark(self.trend) if any(self.trend) else ""


@dataclass(frozen=True)
class Sheet:
    """A table. `about` says what its figures mean; `picture` is drawn from the same numbers."""

    key: str
    title: str
    about: str
    head: tuple[str, ...]
    formats: tuple[Format, ...]
    lines: tuple[Line, ...]
    picture: Chart | None = None
    is_open: bool = False

    @property
    def has_trends(self) -> bool:
        return any(line.trend for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Whether all of it is nothing."""
        return not any(any(line.values) for line in self.lines)

    @property
    def rows(self) -> list[tuple[Line, list[str]]]:
        return [
            (line, [form(value) for form, value in zip(self.formats, line.values, strict=True)])
            for line in self.lines
        ]

    @property
    def plain(self) -> list[list[str]]:
        """For a file: numbers without signs, so that a spreadsheet can go on with them."""
        return [list(self.head), *([line.label, *map(_plain, line.values)] for line in self.lines)]


@dataclass(frozen=True)
class Indicator:
    """One figure, the one of the period before, and its way there."""

    key: str
    label: str
    about: str
    now: Number
    before: Number
    form: Format
    trend: Sequence[float] = ()
    url: str = ""
    note: str = ""
    # Some figures are good when they fall.
    falls: bool = False
    is_share: bool = False

    @property
    def value(self) -> str:
        return self.form(self.now)

    @property
    def value_before(self) -> str:
        return self.form(self.before)

    @property
    def moved(self) -> float | None:
        """Shares move by points, everything else by a share of what it was."""
        if self.now is None or self.before is None or (not self.before and not self.is_share):
            return None
        return self.now - self.before if self.is_share else (self.now - self.before) / self.before

    @property
    def change(self) -> str:
        moved = self.moved
        if moved is None:
            return ""
        if self.is_share:
            return pgettext("change of a share", "%(points)s pt") % {"points": f"{moved * 100:+.1f}"}
        return f"{moved * 100:+.1f}%"

    @property
    def tone(self) -> str:
        moved = round(self.moved or 0, 3)
        return "" if not moved else "ok" if (moved > 0) != self.falls else "bad"

    @property
    def spark(self) -> Any:
        return charts.spark(self.trend, tone=3 if self.falls else 1) if any(self.trend) else ""


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def month_name(month: str) -> str:
    """From 2026-11-01: short enough for an axis."""
    return month[:7]


def _plain(value: Number) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".")
