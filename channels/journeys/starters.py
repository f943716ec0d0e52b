"""Journeys to start from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from channels.consent.models import Purpose
from channels.journeys.editing import Place, put
from channels.journeys.models import empty_design
from channels.journeys.plan import Design, Goal, Kind
from channels.journeys.triggers import When
from channels.journeys.waiting import Mode, Unit
from channels.models import Channel
from segments.models import Segment


@dataclass(frozen=True)
class Starter:
    key: str
    name: str | Promise
    text: str | Promise
    icon: str
    draw: Callable[[], Design]


def find(key: str) -> Starter:
    return next((one for one in STARTERS if one.key == key), STARTERS[-1])


def days(number: int) -> dict[str, Any]:
    return {"mode": Mode.FOR.value, "number": number, "unit": Unit.DAYS.value}


def message(subject: str, body: str, purpose: str = Purpose.MARKETING.value) -> dict[str, Any]:
    channel = Channel.objects.enabled().filter(kind="email").order_by("pk").first()
    return {"channel": channel.pk if channel else 0, "purpose": purpose, "subject": subject, "body": body}


def ordered_within(number: int) -> dict[str, Any]:
    return {"match": "all", "rules": [{"fact": "orders.last", "op": "within", "value": number}]}


def _win_back() -> Design:
    segment = Segment.objects.order_by("pk").first()
    trigger = {"kind": When.SEGMENT.value, "segment": segment.pk if segment else 0}
    design = empty_design() | {"trigger": trigger, "goal": Goal.ORDER.value}
    first = (
        _("We miss you, {{ salutation|dear customer }}"),
        _("It has been a while. Have a look at what is new."),
    )
    last = _("Something for you"), _("Come back this week and get 10% off your next order.")
    design = put(design, Place(), Kind.MESSAGE, message(*first))
    design = put(design, Place(1), Kind.WAIT, days(7))
    question = {"title": _("Has an owner?"), "rule": _owned()}
    design = put(design, Place(2), Kind.CONDITION, question)
    task = {
        "title": pgettext("starter", "Call: bought nothing since our mail"),
        "assignee": 0,
        "days": 2,
        "note": "",
    }
    design = put(design, Place(3, "yes"), Kind.TASK, task)
    return put(design, Place(3, "no"), Kind.MESSAGE, message(*last))


def _welcome() -> Design:
    design = empty_design() | {"trigger": {"kind": When.FIRST_ORDER.value}}
    thanks = (
        _("Thank you, {{ salutation|dear customer }}"),
        _("Your first order is on its way. We are here for you."),
    )
    more = _("How do you like it?"), _("These go well with what you bought.")
    design = put(design, Place(), Kind.MESSAGE, message(*thanks, Purpose.SERVICE.value))
    design = put(design, Place(1), Kind.WAIT, days(14))
    return put(design, Place(2), Kind.MESSAGE, message(*more))


def _birthday() -> Design:
    trigger = {"kind": When.BIRTHDAY.value, "days_before": 0, "leap": "before"}
    design = empty_design() | {"trigger": trigger, "again": True, "goal": Goal.ORDER.value}
    wishes = (
        _("Happy birthday, {{ salutation|dear customer }}"),
        _("A small present waits for you: 15% off, all week."),
    )
    reminder = _("Your present is still here"), _("It waits for you until tomorrow night.")
    design = put(design, Place(), Kind.MESSAGE, message(*wishes))
    design = put(design, Place(1), Kind.WAIT, days(6))
    return put(design, Place(2), Kind.MESSAGE, message(*reminder))


def _basket() -> Design:
    trigger = {"kind": When.ABANDONED.value, "event": "cart", "hours": 4}
    design = empty_design() | {"trigger": trigger, "again": True, "goal": Goal.ORDER.value}
    first = _("Your basket is waiting"), _("You left something behind. Shall we keep it for you?")
    last = (
        _("Is there anything we can help with?"),
        _("Free delivery until tomorrow night, if you still like it."),
    )
    design = put(design, Place(), Kind.MESSAGE, message(*first))
    design = put(design, Place(1), Kind.WAIT, days(2))
    return put(design, Place(2), Kind.MESSAGE, message(*last))


def _owned() -> Mapping[str, Any]:
    return {"match": "all", "rules": [{"fact": "profile.owner", "op": "filled"}]}


STARTERS = (
    Starter(
        "win-back",
        gettext_lazy("Win back"),
        gettext_lazy(
            "Writes to customers who come into a segment, and asks colleagues to call those who stay away."
        ),
        "undo-2",
        _win_back,
    ),
    Starter(
        "welcome",
        gettext_lazy("Welcome"),
        gettext_lazy("Thanks for the first order and asks two weeks later how it went."),
        "hand",
        _welcome,
    ),
    Starter(
        "birthday",
        gettext_lazy("Birthday"),
        gettext_lazy("Congratulates with an offer and reminds of it before it ends."),
        "cake",
        _birthday,
    ),
    Starter(
        "basket",
        gettext_lazy("Left without an order"),
        gettext_lazy("Reminds those who filled a basket and went, and stops as soon as they order."),
        "shopping-bag",
        _basket,
    ),
    Starter("empty", gettext_lazy("Empty"), gettext_lazy("Draw your own."), "plus", empty_design),
)
