"""Posts by month or week."""

from dataclasses import replace
from datetime import date

from django.utils import timezone

from channels.social.models import SocialPost, SocialPostQuerySet
from crm.lib import calendars
from crm.lib.calendars import Calendar
from segments.facts import start_of

MOST = 1000
SHOWN = {"month": 6, "week": MOST}


def of(posts: SocialPostQuerySet, span: str, on: str) -> Calendar:
    grid = calendars.read(span, on)
    rows = posts.filter(at__gte=start_of(grid.start), at__lt=start_of(grid.end))
    by_day: dict[date, list[SocialPost]] = {}
    for post in rows.prefetch_related("postings__channel").order_by("at", "pk")[:MOST]:
        by_day.setdefault(timezone.localdate(post.at), []).append(post)
    return replace(grid, weeks=calendars.weeks(grid, by_day, SHOWN[grid.span]))
