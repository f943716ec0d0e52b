"""What a system line in the stream says. Features register their own kinds in `AppConfig.ready()`:

lines.register("rated", "star", lambda data: _("The customer rated this: %(stars)s") % data)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from channels.inbox.models import Conversation, Message

Say = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class Line:
    icon: str
    text: str


_kinds: dict[str, tuple[str, Say]] = {}


def register(kind: str, icon: str, say: Say) -> None:
    _kinds[kind] = (icon, say)


def line_of(message: Message) -> Line:
    icon, say = _kinds.get(message.kind, ("info", _plain))
    return Line(icon, say({**message.data, "kind": message.kind, "text": message.text}))


def _plain(data: Mapping[str, Any]) -> str:
    return str(data.get("text") or data.get("kind") or "")


def _assigned(data: Mapping[str, Any]) -> str:
    why = f" · {_why(data)}" if data.get("why") else ""
    if not data.get("to"):
        return _("Given back: nobody has it") + why
    if data.get("team"):
        return _("Given to %(to)s, %(team)s") % data + why
    return _("Given to %(to)s") % data + why


def _why(data: Mapping[str, Any]) -> str:
    return str(data["why"])


def _handed_over(data: Mapping[str, Any]) -> str:
    why = f" · {_why(data)}" if data.get("why") else ""
    return _("Handed over to %(team)s") % data + why


def _snoozed(data: Mapping[str, Any]) -> str:
    until = parse_datetime(str(data.get("until", "")))
    return _("Snoozed until %(until)s") % {"until": date_format(localtime(until), "SHORT_DATETIME_FORMAT")}


def _closed(data: Mapping[str, Any]) -> str:
    reason = str(data.get("reason", ""))
    known = reason in Conversation.Reason.values
    return _("Closed: %(reason)s") % {"reason": Conversation.Reason(reason).label if known else reason}


def _priority(data: Mapping[str, Any]) -> str:
    return _("Priority: %(priority)s") % {"priority": Conversation.Priority(data["priority"]).label}


def register_all() -> None:
    register("assigned", "user-check", _assigned)
    register("handed_over", "corner-up-right", _handed_over)
    register("snoozed", "alarm-clock", _snoozed)
    register("woken", "alarm-clock-off", lambda data: _("Back from snoozing"))
    register("closed", "circle-check", _closed)
    register("reopened", "rotate-ccw", lambda data: _("Opened again"))
    register("priority", "flag", _priority)
    register("customer", "user-check", lambda data: _("It was said whose conversation this is"))
    register("merged", "merge", lambda data: _("Conversation %(from)s became part of this one") % data)
    register("unmerged", "split", lambda data: _("Conversation %(from)s was taken out again") % data)
    register("split", "split", lambda data: _("Conversation %(to)s was split off") % data)
    register("split_from", "split", lambda data: _("Split off from conversation %(from)s") % data)
