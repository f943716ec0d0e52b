"""Dates and moments as people, databases and spreadsheets write them."""

import datetime as clock
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from crm.lib.reading import ROUNDED, Unreadable, plain

OLDEST, NEWEST = 1850, 2200
# Day 0 of spreadsheets; their 29 February 1900, which never was, is behind every serial of five digits.
SERIAL_ZERO = date(1899, 12, 30)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

CLOCK = (
    r"(?:[T\s]+(?P<before>上午|下午)?\s*(?P<hour>\d{1,2})[:时](?P<minute>\d{1,2})"
    r"(?:[:分](?P<second>\d{1,2})(?:[.,]\d+)?)?秒?"
    r"\s*(?P<after>am|pm)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?)?"
)


def _form(date_part: str) -> re.Pattern[str]:
    return re.compile(date_part + CLOCK, re.ASCII | re.IGNORECASE)


FORMS = (
    _form(r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})日?"),
    _form(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})"),
    _form(r"(?P<first>\d{1,2})[-/](?P<other>\d{1,2})[-/](?P<year>\d{4})"),
    _form(r"(?P<day>\d{1,2})[-\s.]+(?P<name>[a-z]{3,9})[-\s.,]+(?P<year>\d{4})"),
    _form(r"(?P<name>[a-z]{3,9})[\s.]+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"),
    re.compile(
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d))?",
        re.ASCII,
    ),
)
SERIAL = re.compile(r"(?P<days>\d{5})(?P<part>\.\d+)?", re.A)
LONGEST = 40
# Days before this year have passed on any clock; asking one costs more than reading a date.
RECENT = 2020


@lru_cache(maxsize=10_000)
def day(text: str) -> date | None:
    """A day; a time of day beside it is dropped. None for an empty cell."""
    found = _read(text)
    return found.date() if found else None


@lru_cache(maxsize=10_000)
def moment(text: str) -> datetime | None:
    """A moment; without an offset it is in the company's time zone, without a time it is that day's start."""
    found = _read(text)
    if found and not found.tzinfo:
        found = found.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    return found.astimezone(UTC) if found else None


def birthday(text: str) -> date | None:
    found = day(text)
    if found and found.year >= RECENT and found > timezone.localdate():
        raise Unreadable("future_date")
    return found


def past_moment(text: str) -> datetime | None:
    """A moment that has come: today's clocks may differ, so tomorrow is still taken."""
    found = moment(text)
    if found and found > timezone.now() + timedelta(days=1):
        raise Unreadable("future_date")
    return found


def _read(text: str) -> datetime | None:
    written = plain(text)
    if not written:
        return None
    if len(written) > LONGEST:
        raise Unreadable("bad_date")
    try:
        found = _parse(written)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, Unreadable) else Unreadable("bad_date") from None
    if found.year < OLDEST:
        raise Unreadable("too_old")
    if found.year > NEWEST:
        raise Unreadable("bad_date")
    return found


def _parse(written: str) -> datetime:
    if serial := SERIAL.fullmatch(written):
        return _of_serial(int(serial["days"]), float(serial["part"] or 0))
    for form in FORMS:
        if found := form.fullmatch(written):
            parts = found.groupdict()
            return datetime.combine(_day(parts), _clock(parts), _zone(parts.get("zone")))
    raise Unreadable("rounded_number" if ROUNDED.fullmatch(written) else "bad_date")


def _of_serial(days: int, part: float) -> datetime:
    start = datetime.combine(SERIAL_ZERO + timedelta(days=days), time())
    return start + timedelta(seconds=round(part * 86400))


def _day(parts: dict[str, str]) -> date:
    if "first" in parts:
        return date(int(parts["year"]), *_month_and_day(int(parts["first"]), int(parts["other"])))
    if "name" in parts:
        return date(int(parts["year"]), MONTHS.index(parts["name"][:3].lower()) + 1, int(parts["day"]))
    return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))


def _month_and_day(first: int, other: int) -> tuple[int, int]:
    """31/01 and 01/31 are clear, 02/02 as well; 01/02 is somebody's January and somebody's February."""
    if first > 12 or first == other:
        return other, first
    if other > 12:
        return first, other
    raise Unreadable("ambiguous_date")


def _clock(parts: dict[str, str]) -> time:
    if not parts.get("hour"):
        return time()
    hour = int(parts["hour"])
    half = (parts.get("before") or parts.get("after") or "").lower()
    if half in ("pm", "下午") and hour < 12:
        hour += 12
    if half in ("am", "上午") and hour == 12:
        hour = 0
    return time(hour, int(parts["minute"]), int(parts["second"] or 0))


def _zone(offset: str | None) -> tzinfo | None:
    if not offset:
        return None
    if offset in "zZ":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return clock.timezone(timedelta(minutes=minutes if offset[0] == "+" else -minutes))
