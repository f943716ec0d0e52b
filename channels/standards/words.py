"""Conditions and times in plain sentences, one for each condition."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from channels.inbox.models import Conversation
from channels.models import Channel
from channels.standards.models import Calendar
from crm.accounts.models import Team, User
from customers.timeline.models import Entry
from segments.models import Segment
from segments.scoring.models import Group, Stage

KINDS: dict[str, Any] = {
    value: label
    for value, label in Entry.Channel.choices
    if value not in (Entry.Channel.STAFF, Entry.Channel.EVENT, Entry.Channel.MEETING, Entry.Channel.WEB)
} | {"wecom": gettext_lazy("WeCom"), "webhook": gettext_lazy("Other programs")}
GONE = format_lazy("({})", gettext_lazy("no longer there"))


class Names:
    """What the numbers in conditions are called; each table is read once, when it is asked for."""

    @cached_property
    def channels(self) -> dict[Any, str]:
        return dict(Channel.objects.order_by("name").values_list("pk", "name"))

    @cached_property
    def segments(self) -> dict[Any, str]:
        return dict(Segment.objects.order_by("name").values_list("pk", "name"))

    @cached_property
    def teams(self) -> dict[Any, str]:
        return dict(Team.objects.order_by("name").values_list("pk", "name"))

    @cached_property
    def users(self) -> dict[Any, str]:
        people = User.objects.filter(is_active=True).order_by("name", "pk")
        return {user.pk: str(user) for user in people}

    @cached_property
    def calendars(self) -> dict[Any, str]:
        return dict(Calendar.objects.order_by("name").values_list("pk", "name"))


def describe(conditions: Mapping[str, Any], names: Names) -> list[str]:
    """One sentence for each condition, in the order of the form."""
    return [say(conditions[key], names) for key, say in SENTENCES.items() if key in conditions]


def duration(minutes: int | None) -> str:
    if not minutes:
        return "–"
    if minutes % 60:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours = minutes // 60
    return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}


def joined(values: Iterable[Any], names: Mapping[Any, Any]) -> str:
    return pgettext("between the parts of a list", ", ").join(str(names.get(one, GONE)) for one in values)


def _hours(value: Mapping[str, Any], names: Names) -> str:
    calendar = names.calendars.get(value["calendar"], GONE)
    if value["open"]:
        return _("It arrives while “%(calendar)s” is open") % {"calendar": calendar}
    return _("It arrives while “%(calendar)s” is closed") % {"calendar": calendar}


def _of(text: Any, table: Callable[[Names], Mapping[Any, Any]]) -> Callable[[Any, Names], str]:
    return lambda value, names: str(text) % {"names": joined(value, table(names))}


def _either(yes: Any, no: Any) -> Callable[[Any, Names], str]:
    return lambda value, names: str(yes if value else no)


LANGUAGES = dict(settings.LANGUAGES)
SENTENCES: dict[str, Callable[[Any, Names], str]] = {
    "kinds": _of(gettext_lazy("It comes by %(names)s"), lambda names: KINDS),
    "channels": _of(gettext_lazy("It comes over %(names)s"), lambda names: names.channels),
    "words": lambda value, names: _("It says %(words)s") % {"words": " / ".join(f"“{one}”" for one in value)},
    "languages": _of(gettext_lazy("It is written in %(names)s"), lambda names: LANGUAGES),
    "priorities": _of(
        gettext_lazy("Its priority is %(names)s"), lambda names: dict(Conversation.Priority.choices)
    ),
    "teams": _of(gettext_lazy("It is with %(names)s"), lambda names: names.teams),
    "hours": _hours,
    "segments": _of(gettext_lazy("The customer is in %(names)s"), lambda names: names.segments),
    "groups": _of(gettext_lazy("The customer's RFM group is %(names)s"), lambda names: dict(Group.choices)),
    "stages": _of(gettext_lazy("The customer's stage is %(names)s"), lambda names: dict(Stage.choices)),
    "spent": lambda value, names: _("The customer has spent %(amount)s or more") % {"amount": f"{value:,}"},
    "owners": _of(gettext_lazy("The customer's owner is %(names)s"), lambda names: names.users),
    "owner_teams": _of(gettext_lazy("The customer belongs to %(names)s"), lambda names: names.teams),
    "returning": _either(
        gettext_lazy("The customer has written before"),
        gettext_lazy("The customer writes for the first time"),
    ),
    "unsure": _either(gettext_lazy("It is not sure who it is"), gettext_lazy("It is sure who it is")),
}
