"""The timeline as it is read: newest first, by day, all of it or the part that was asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.accounts.models import User
from crm.lib import labels
from crm.lib.paging import keyset
from customers.models import Customer
from customers.timeline import kinds
from customers.timeline.filters import TimelineFilter
from customers.timeline.models import Entry

SIZE = 30
SHORT = 40
# Channels on which people write to each other: shown as speech bubbles.
TALK = {
    Entry.Channel.WECHAT,
    Entry.Channel.WHATSAPP,
    Entry.Channel.CHAT,
    Entry.Channel.SMS,
    Entry.Channel.SOCIAL,
}


@dataclass(frozen=True)
class Event:
    """One entry, ready to be shown."""

    entry: Entry
    title: str | Promise
    detail: str
    text: str
    icon: str
    is_bubble: bool
    changes: Sequence[tuple[str, str, str]]

    @property
    def mentions(self) -> Mapping[str, str]:
        """Words of the text that name colleagues, and the names."""
        return {f"@{word}": name for word, (_pk, name) in self.entry.data.get("mentions", {}).items()}


@dataclass(frozen=True)
class Feed:
    """Some days of the timeline and where older ones begin."""

    days: list[tuple[date, str, list[Event]]]
    older: str
    asked: TimelineFilter

    @property
    def last_day(self) -> str:
        return self.days[-1][0].isoformat() if self.days else ""


def feed(user: User, customer: Customer, asked: TimelineFilter, cursor: str = "") -> Feed:
    entries = asked.apply(Entry.objects.visible_to(user).filter(customer=customer))
    page = keyset(entries.select_related("actor"), "-occurred_at", cursor, size=SIZE)
    days = [
        (day, day_name(day), [event(entry) for entry in same_day])
        for day, same_day in groupby(page.rows, key=lambda entry: timezone.localdate(entry.occurred_at))
    ]
    return Feed(days=days, older=page.next, asked=asked)


def latest(user: User, customer: Customer, number: int) -> list[Event]:
    """The newest few, without days."""
    entries = Entry.objects.visible_to(user).filter(customer=customer).select_related("actor")
    return [event(entry) for entry in entries.order_by("-occurred_at", "-pk")[:number]]


def day_name(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return date_format(day, "DATE_FORMAT")


def event(entry: Entry) -> Event:
    kind = kinds.of(entry.kind)
    if entry.channel in TALK and entry.direction != Entry.Direction.NONE and not kind.label:
        return Event(entry, "", "", entry.body or entry.summary, entry.channel, is_bubble=True, changes=())
    summary = entry.summary if kind.label else ""
    # A short summary stands beside the title, a long one or what a note says below it.
    aside = len(summary) <= SHORT and entry.kind != "note"
    return Event(
        entry=entry,
        title=kind.label or entry.summary,
        detail=" · ".join(filter(None, [summary if aside else "", *_circumstances(entry)])),
        text=entry.body if aside else f"{summary}\n{entry.body}".strip(),
        icon=kind.icon or entry.channel,
        is_bubble=False,
        changes=kind.changes(entry.data) if kind.changes else (),
    )


def _circumstances(entry: Entry) -> Iterator[str]:
    """How a call ended, where one met, how long it took."""
    for name in ("outcome", "place"):
        if value := entry.data.get(name):
            yield labels.label(name, value)
    yield _duration(entry)


def _duration(entry: Entry) -> str:
    seconds = entry.data.get("seconds")
    if not isinstance(seconds, int) or seconds <= 0:
        return ""
    if seconds < 60:
        return ngettext("%(number)d second", "%(number)d seconds", seconds) % {"number": seconds}
    minutes = seconds // 60
    if not seconds % 60:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    return pgettext("duration", "%(minutes)d min %(seconds)d s") % {
        "minutes": minutes,
        "seconds": seconds % 60,
    }
