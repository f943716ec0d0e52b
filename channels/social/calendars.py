"""Posts by month or week, as a grid that needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels.social.models import SocialPost, SocialPostQuerySet
from crm.lib.errors import BadInput

WEEK = timedelta(days=7)
MOST, SHOWN = 1000, 6
YEARS = (1970, 2200)


@dataclass(frozen=True)
class Cell:
    day: date
    posts: Sequence[SocialPost]
    more: int
    is_today: bool
    is_outside: bool


@dataclass(frozen=True)
class Calendar:
    span: str
    title: str
    before: date
    after: date
    weeks: Sequence[Sequence[Cell]]


def of(posts: SocialPostQuerySet, span: str, on: str) -> Calendar:
    day = _day(on)
    if span == "week":
        start = day - timedelta(days=day.weekday())
        title = f"{date_format(start, 'n/j')} – {date_format(start + timedelta(days=6), 'n/j')}"
        return Calendar("week", title, day - WEEK, day + WEEK, _weeks(posts, start, 1, None))
    first = day.replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    start = first - timedelta(days=first.weekday())
    number = -(-(next_month - start).days // 7)
    title = date_format(first, "YEAR_MONTH_FORMAT")
    before = (first - timedelta(days=1)).replace(day=1)
    return Calendar("month", title, before, next_month, _weeks(posts, start, number, first.month))


def _weeks(posts: SocialPostQuerySet, start: date, number: int, month: int | None) -> list[list[Cell]]:
    end = start + number * WEEK
    rows = posts.filter(at__date__gte=start, at__date__lt=end).prefetch_related("postings__channel")
    by_day: dict[date, list[SocialPost]] = {}
    for post in rows.order_by("at", "pk")[:MOST]:
        by_day.setdefault(timezone.localdate(post.at), []).append(post)
    days = [start + timedelta(days=place) for place in range(number * 7)]
    cells = [_cell(day, by_day.get(day, []), month) for day in days]
    return [cells[place : place + 7] for place in range(0, len(cells), 7)]


def _cell(day: date, posts: list[SocialPost], month: int | None) -> Cell:
    most = SHOWN if month else MOST
    outside = month is not None and day.month != month
    return Cell(day, posts[:most], max(0, len(posts) - most), day == timezone.localdate(), outside)


def _day(text: str) -> date:
    if not text:
        return timezone.localdate()
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or not YEARS[0] <= day.year <= YEARS[1]:
        raise BadInput(_("There is no such day."))
    return day
