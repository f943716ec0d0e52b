"""The timeline as it is read: newest first, by day, one channel or all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.errors import BadInput
from crm.lib.paging import keyset
from customers.models import Customer
from customers.timeline import kinds
from customers.timeline.models import Entry

SIZE = 30
SHORT = 40
# Channels on which people write to each other: shown as speech bubbles.
TALK = {Entry.Channel.WECHAT, Entry.Channel.WHATSAPP, Entry.Channel.CHAT, Entry.Channel.SMS}
TABS = (
    Entry.Channel.WECHAT,
    Entry.Channel.PHONE,
    Entry.Channel.EMAIL,
    Entry.Channel.SMS,
    Entry.Channel.WEB,
    Entry.Channel.STORE,
    Entry.Channel.STAFF,
)


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


@dataclass(frozen=True)
class Feed:
    """Some days of the timeline. `is_more` says that the first day began on the page before."""

    days: list[tuple[date, str, list[Event]]]
    older: str
    tab: str
    tabs: list[tuple[str, str]]

    @property
    def last_day(self) -> str:
        return self.days[-1][0].isoformat() if self.days else ""


def feed(user: User, customer: Customer, tab: str = "", cursor: str = "") -> Feed:
    entries = Entry.objects.visible_to(user).filter(customer=customer)
    if tab:
        if tab not in Entry.Channel.values:
            raise BadInput(_("There is no such channel."))
        entries = entries.filter(channel=tab)
    page = keyset(entries.select_related("actor"), "-occurred_at", cursor, size=SIZE)
    days = [
        (day, day_name(day), [event(entry) for entry in same_day])
        for day, same_day in groupby(page.rows, key=lambda entry: timezone.localdate(entry.occurred_at))
    ]
    tabs = [("", _("All")), *((one.value, str(one.label)) for one in TABS)]
    return Feed(days=days, older=page.next, tab=tab, tabs=tabs)


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
        detail=summary if aside else "",
        text=entry.body if aside else f"{summary}\n{entry.body}".strip(),
        icon=kind.icon or entry.channel,
        is_bubble=False,
        changes=[_change(name, *values) for name, values in entry.data.get("changes", {}).items()],
    )


def _change(name: str, old: Any, new: Any) -> tuple[str, str, str]:
    field = Customer._meta.get_field(name)
    choices = dict(field.flatchoices)  # type: ignore[union-attr]
    return str(field.verbose_name), str(choices.get(old, old)), str(choices.get(new, new))  # type: ignore[union-attr]
