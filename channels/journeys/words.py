"""Designs and steps in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from channels.direct import reasons
from channels.journeys import wording
from channels.journeys.effects import OWN, own_field
from channels.journeys.plan import Kind
from channels.journeys.short import APPROVED, FREE
from channels.journeys.waiting import Mode
from crm.accounts.models import User
from crm.lib.labels import label
from customers.bulk.standard_actions import field_label
from segments.models import Segment

Raw = Mapping[str, Any]
Text = str | Promise

WAITS: dict[str, Callable[[int], str]] = {
    "minutes": lambda number: ngettext("Wait %(number)d minute", "Wait %(number)d minutes", number),
    "hours": lambda number: ngettext("Wait %(number)d hour", "Wait %(number)d hours", number),
    "days": lambda number: ngettext("Wait %(number)d day", "Wait %(number)d days", number),
}
BRANCH: dict[str, Text] = {
    "yes": pgettext_lazy("branch", "Yes"),
    "no": pgettext_lazy("branch", "No"),
    "a": pgettext_lazy("branch", "A"),
    "b": pgettext_lazy("branch", "B"),
}
# What happened at a step, by its code.
HAPPENED: dict[str, Text] = {
    "wait": gettext_lazy("Waited"),
    "message": gettext_lazy("Message laid out"),
    "task": gettext_lazy("Task given"),
    "tag": gettext_lazy("Tag set"),
    "field": gettext_lazy("Field filled in"),
    "owner": gettext_lazy("Given to a colleague"),
    "segment": gettext_lazy("Segment changed"),
    "notice": gettext_lazy("Colleague told"),
    "webhook": gettext_lazy("Webhook called"),
    "yes": gettext_lazy("Answer: yes"),
    "no": gettext_lazy("Answer: no"),
    "a": gettext_lazy("Drew way A"),
    "b": gettext_lazy("Drew way B"),
    "again": gettext_lazy("Went back"),
    "enough": gettext_lazy("Went back often enough"),
    "exit": gettext_lazy("Ended here"),
    "missing": gettext_lazy("No message: a personal field is empty"),
    "no_channel": gettext_lazy("No message: the channel is switched off"),
    "impossible": gettext_lazy("Could not be done"),
    "goal": gettext_lazy("Reached the goal"),
    "gone": gettext_lazy("No longer a customer"),
    "rule": gettext_lazy("Left by the exit rule"),
    "loop": gettext_lazy("Too many steps, or the step is gone"),
    "stopped": gettext_lazy("The journey was ended"),
    "merged": gettext_lazy("Joined with somebody who was further along"),
    "accepted": pgettext_lazy("message of a journey", "Sent"),
    "skipped": pgettext_lazy("message of a journey", "Left out by the rules of sending"),
    "failed": pgettext_lazy("message of a journey", "Failed"),
    "unknown": pgettext_lazy("message of a journey", "Unknown"),
}
# How messages in chats would go.
CARRIED: dict[str, Text] = {
    FREE: gettext_lazy("As free text"),
    APPROVED: gettext_lazy("As approved template"),
}
LONGEST_TITLE = 60


def title(node: Raw) -> str:
    tell = TITLES.get(node["kind"])
    return tell(node) if tell else str(Kind(node["kind"]).label)


def detail(node: Raw, channels: Mapping[int, str], offers: Mapping[int, str]) -> str:
    """The small line of a card, with the names of channels and offers."""
    if node["kind"] == Kind.MESSAGE:
        said = [channels.get(node["channel"], "–"), label("purpose", node["purpose"])]
        if (approved := node.get("template")) and (node.get("version") or node["body"]):
            said.append(_("otherwise template “%(name)s”") % {"name": approved})
        if offer := node.get("offer"):
            said.append(offers.get(offer, "–"))
        return " · ".join(said)
    if node["kind"] == Kind.TASK:
        return ngettext("Due in %(number)d day", "Due in %(number)d days", node["days"]) % {
            "number": node["days"]
        }
    return ""


def happened(what: str) -> str:
    return str(HAPPENED.get(what, what))


def why(what: str, reason: str) -> str:
    """The reason of a step: a field's name, a sentence of the sender, or what it says itself."""
    return reason if what in ("missing", "impossible") else reasons.words(reason) if reason else ""


def left_out(reason: str) -> str:
    """Why the rules of sending say no."""
    return happened(reason) if reason in HAPPENED else reasons.words(reason)


def _wait(node: Raw) -> str:
    if node["mode"] == Mode.FOR:
        return WAITS[node["unit"]](node["number"]) % {"number": node["number"]}
    hour = f"{node['hour']}:00"
    if node["mode"] == Mode.WORKDAY:
        words = ngettext(
            "Wait until the next workday, %(hour)s",
            "Wait %(number)d workdays, until %(hour)s",
            node["number"],
        )
        return words % {"number": node["number"], "hour": hour}
    if node["mode"] == Mode.WEEKDAY:
        return _("Wait until %(day)s, %(hour)s") % {"day": WEEKDAYS[node["weekday"]], "hour": hour}
    return _("Wait until %(day)s, %(hour)s") % {"day": node["date"], "hour": hour}


def _message(node: Raw) -> str:
    """By its subject or template; chats have no subject, so there it is the text itself."""
    if node.get("version"):
        version = wording.version_of(node)
        return version.title if version else "–"
    if node["subject"] or not node["body"]:
        approved = node.get("template") and _("Template “%(name)s”") % {"name": node["template"]}
        return str(node["subject"] or approved or "–")
    return Truncator(" ".join(node["body"].split())).chars(LONGEST_TITLE)


def _tag(node: Raw) -> str:
    if node["takes_away"]:
        return _("Take away the tag “%(tag)s”") % {"tag": node["tag"]}
    return _("Set the tag “%(tag)s”") % {"tag": node["tag"]}


def _field(node: Raw) -> str:
    name = node["field"]
    own = own_field(name)
    label = own.label if own else "–" if name.startswith(OWN) else field_label(name)
    return _("Fill in: %(field)s = %(value)s") % {"field": label, "value": node["value"] or "–"}


def _owner(node: Raw) -> str:
    owner = User.objects.filter(pk=node["owner"]).first()
    return _("Give to %(colleague)s") % {"colleague": owner or "–"}


def _segment(node: Raw) -> str:
    name = Segment.objects.filter(pk=node["segment"]).values_list("name", flat=True).first() or "–"
    words = _("Take out of “%(segment)s”") if node["takes_out"] else _("Put into “%(segment)s”")
    return words % {"segment": name}


def _again(node: Raw) -> str:
    words = ngettext("Go back, at most %(number)d time", "Go back, at most %(number)d times", node["times"])
    return words % {"number": node["times"]}


TITLES: Mapping[str, Callable[[Raw], str]] = {
    Kind.WAIT: _wait,
    Kind.MESSAGE: _message,
    Kind.CONDITION: lambda node: str(node["title"]),
    Kind.TASK: lambda node: str(node["title"]),
    Kind.TAG: _tag,
    Kind.FIELD: _field,
    Kind.OWNER: _owner,
    Kind.SEGMENT: _segment,
    Kind.NOTICE: lambda node: _("Tell a colleague: %(words)s") % {"words": node["title"]},
    Kind.WEBHOOK: lambda node: _("Call a webhook: %(event)s") % {"event": node["title"]},
    Kind.AGAIN: _again,
    Kind.SPLIT: lambda node: (
        pgettext("journey", "Split by lot") + f" {node['percent']} : {100 - node['percent']}"
    ),
}
