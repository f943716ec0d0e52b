"""Tasks for calendar programs: a feed under a signed address that its owner can end at any time."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import User
from crm.lib.icalendar import escaped, stamp, written
from customers.tasks.days import own
from customers.tasks.models import CalendarFeed, Task

SALT = "customers.tasks.feeds"
BACK, AHEAD, MOST = timedelta(days=30), timedelta(days=366), 1000
# A task with an hour takes up so much of the day.
LENGTH = timedelta(minutes=30)


def make(user: User) -> CalendarFeed:
    """A new address; the one before, if any, ends."""
    fields = {"key": uuid4(), "created_at": timezone.now(), "read_at": None}
    return CalendarFeed.objects.update_or_create(user=user, defaults=fields)[0]


def end(user: User) -> None:
    CalendarFeed.objects.filter(user=user).delete()


def of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user).first()


def address(feed: CalendarFeed) -> str:
    token = signing.dumps([feed.user_id, feed.key.hex], salt=SALT)
    return settings.PUBLIC_URL + reverse("calendars:feed", args=[token])


def owner_of(token: str) -> User | None:
    """Whose tasks this address may read; None for what we did not make, or what has ended."""
    try:
        pk, key = signing.loads(token, salt=SALT)
        feed = CalendarFeed.objects.select_related("user").filter(user=pk, key=UUID(hex=key)).first()
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if feed is None or not feed.user.may("task", "view"):
        return None
    CalendarFeed.objects.filter(pk=feed.pk).update(read_at=timezone.now())
    return feed.user


def calendar(user: User) -> str:
    """Names of customers stay out of it: who reads other people's calendars is none of our business."""
    today = timezone.localdate(timezone=user.zone)
    tasks = own(user).open().filter(due_on__gte=today - BACK, due_on__lte=today + AHEAD).in_order()[:MOST]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CRM//Tasks//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{escaped(settings.COMPANY_NAME)}"]
    lines.append(f"X-WR-TIMEZONE:{user.zone.key}")
    for task in tasks:
        lines += _event(task)
    lines.append("END:VCALENDAR")
    return written(lines)


def _event(task: Task) -> Iterator[str]:
    host = urlsplit(settings.PUBLIC_URL).hostname
    yield "BEGIN:VEVENT"
    yield f"UID:task-{task.pk}@{host}"
    yield f"DTSTAMP:{stamp(timezone.now())}"
    if task.due_at:
        yield f"DTSTART:{stamp(task.due_at)}"
        yield f"DTEND:{stamp(task.due_at + LENGTH)}"
    else:
        yield f"DTSTART;VALUE=DATE:{task.due_on:%Y%m%d}"
        yield "TRANSP:TRANSPARENT"
    yield f"SUMMARY:{escaped(task.title)}"
    yield f"URL:{settings.PUBLIC_URL}{reverse('tasks:edit', args=[task.pk])}"
    if task.remind_at and task.due_at:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-PT{task.remind_before}M")
        yield from (f"DESCRIPTION:{escaped(task.title)}", "END:VALARM")
    yield "END:VEVENT"
