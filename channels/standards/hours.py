"""Opening hours as pure arithmetic: when it opens, how much open time passes, when so much will have passed.

A day's hours are spans of minutes since midnight on the wall clock; a span may end after midnight, as
22:00–02:00 does. All sums are of real seconds: on the night the clocks change, an hour is what it lasts.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from channels.standards import china

DAY = 24 * 60
# Whoever has not opened by then never will.
FARTHEST = 800
# Days are laid out in pieces of this length.
PIECE = 64
SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~〜至到]\s*(\d{1,2})[:：](\d{2})")
MOST_SPANS = 6

EPOCH = date(1970, 1, 1)

Span = tuple[int, int]
Spans = tuple[Span, ...]
Real = tuple[float, float]


@dataclass(frozen=True)
class Hours:
    """What a calendar says, without its row. `special` are days of its own; `china` follows the state's."""

    zone: str
    week: tuple[Spans, ...]
    special: Mapping[date, Spans] = field(default_factory=dict)
    china: bool = False

    def __hash__(self) -> int:
        return hash((self.zone, self.week, tuple(sorted(self.special.items())), self.china))

    def of_day(self, day: date) -> Spans:
        if day in self.special:
            return self.special[day]
        usual = self.week[day.weekday()]
        kind = china.day(day) if self.china else None
        if kind is china.Day.HOLIDAY:
            return ()
        if kind is china.Day.MAKE_UP and not usual:
            return next((spans for spans in self.week if spans), ())
        return usual


def read(text: str) -> Spans:
    """“09:00–12:00, 13:30–18:00” as typed; empty is closed. Raises ValidationError."""
    rest = SPAN.sub("", text)
    if rest.strip(" ,，、;；\n"):
        raise ValidationError(_("Write hours like 09:00-12:00, 13:30-18:00."))
    spans = [_span(*map(int, found)) for found in SPAN.findall(text)]
    if len(spans) > MOST_SPANS:
        raise ValidationError(_("A day has at most %(number)d spans.") % {"number": MOST_SPANS})
    spans.sort()
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise ValidationError(_("These hours overlap."))
    return tuple(spans)


def write(spans: Spans) -> str:
    return ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def is_open(hours: Hours, at: datetime) -> bool:
    return _timetable(hours).is_open(at.timestamp())


def opens_at(hours: Hours, at: datetime) -> datetime | None:
    """`at` itself when it is open then; None when it never opens again."""
    return _moment(_timetable(hours).add(at.timestamp(), 0))


def add_business(hours: Hours, at: datetime, seconds: float) -> datetime | None:
    """When `seconds` of open time will have passed since `at`; None when they never will."""
    return _moment(_timetable(hours).add(at.timestamp(), seconds))


def business_between(hours: Hours, start: datetime, end: datetime) -> float:
    """How many seconds of open time lie between two moments; negative when `end` comes first."""
    table = _timetable(hours)
    if end < start:
        return -business_between(hours, end, start)
    return table.between(start.timestamp(), end.timestamp())


@dataclass(frozen=True)
class Piece:
    """Some weeks of open spans; `sums` has the open seconds before each, and of all at its end."""

    starts: list[float]
    ends: list[float]
    sums: list[float]

    def open_until(self, at: float) -> float:
        place = bisect_right(self.starts, at)
        return self.sums[place] - (max(0.0, self.ends[place - 1] - at) if place else 0.0)


class Timetable:
    """The open spans of a calendar on the line of real time, laid out as far as somebody asks."""

    def __init__(self, hours: Hours) -> None:
        self.hours = hours
        self._pieces: dict[int, Piece] = {}

    def is_open(self, at: float) -> bool:
        return self.add(at, 0) == at

    def add(self, at: float, seconds: float) -> float | None:
        number = _number(at)
        for near in range(number - 1, number + FARTHEST // PIECE + 2):
            piece = self._piece(near)
            for place in range(bisect_right(piece.ends, at), len(piece.ends)):
                begin = max(piece.starts[place], at)
                # A promise that ends exactly at closing time ends then, not when it opens again.
                if seconds <= piece.ends[place] - begin:
                    return begin + seconds
                seconds -= piece.ends[place] - begin
        return None

    def between(self, start: float, end: float) -> float:
        pieces = (self._piece(number) for number in range(_number(start) - 1, _number(end) + 2))
        return sum(piece.open_until(end) - piece.open_until(start) for piece in pieces)

    def _piece(self, number: int) -> Piece:
        if number not in self._pieces:
            found = self._lay_out(number)
            sums = accumulate((end - start for start, end in found), initial=0.0)
            self._pieces[number] = Piece(
                [one for one, _end in found], [one for _start, one in found], [*sums]
            )
        return self._pieces[number]

    def _lay_out(self, number: int) -> list[Real]:
        """The spans that begin in this piece. What the span before already covers is cut away."""
        first = EPOCH + timedelta(days=number * PIECE)
        found: list[Real] = []
        until = float("-inf")
        for more in range(-1, PIECE):
            for start, end in sorted(self._of_day(first + timedelta(days=more))):
                begin, until = max(start, until), max(until, end)
                # The day before is looked at only for what of it reaches over.
                if more >= 0 and begin < end:
                    found.append((begin, end))
        return found

    def _of_day(self, day: date) -> list[Real]:
        zone = ZoneInfo(self.hours.zone)
        return [
            (_real(day, start, zone, fold=0), _real(day, end, zone, fold=1))
            for start, end in self.hours.of_day(day)
        ]


def month(hours: Hours, first: date) -> list[tuple[date, Spans]]:
    """Each day of the month with its hours."""
    days = ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - first.replace(day=1)).days
    return [(day, hours.of_day(day)) for day in (first.replace(day=1 + more) for more in range(days))]


@lru_cache(maxsize=64)
def _timetable(hours: Hours) -> Timetable:
    return Timetable(hours)


def _number(at: float) -> int:
    """The piece of a moment, by the day in Greenwich; the local one differs by one at most."""
    return int(at // 86400) // PIECE


def _real(day: date, minutes: int, zone: ZoneInfo, *, fold: int) -> float:
    """An hour that the clocks skip begins when they have skipped it, one they repeat ends the second time."""
    days, rest = divmod(minutes, DAY)
    wall = time(rest // 60, rest % 60)
    local = datetime.combine(day + timedelta(days=days), wall, zone).replace(fold=fold)
    back = local.astimezone(UTC).astimezone(zone)
    if (back.hour, back.minute) != (local.hour, local.minute):
        return _jump(local.timestamp(), local.replace(fold=1 - fold).timestamp(), zone)
    return local.timestamp()


def _jump(one: float, other: float, zone: ZoneInfo) -> float:
    """The moment at which the clocks jump, found between the two readings of a time that does not exist."""
    low, high = min(one, other), max(one, other)
    offset = datetime.fromtimestamp(low, zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high


def _span(from_hour: int, from_minute: int, to_hour: int, to_minute: int) -> Span:
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if from_hour > 23 or to_hour > 24 or end > DAY or max(from_minute, to_minute) > 59:
        raise ValidationError(_("A day ends at 24:00."))
    if start == end:
        raise ValidationError(_("A span ends after it begins."))
    return start, end if end > start else end + DAY


def _clock(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours - 24 if hours > 24 or (hours == 24 and rest) else hours:02}:{rest:02}"


def _moment(stamp: float | None) -> datetime | None:
    return None if stamp is None else datetime.fromtimestamp(stamp, UTC)
