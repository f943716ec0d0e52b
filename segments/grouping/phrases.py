"""A group's profile in words, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from crm.lib import labels
from segments.grouping.models import NaturalGroup

Text = str | Promise
MANY, FEW = 1.4, 0.7
HABITS: dict[str, Text] = {
    "weekend": gettext_lazy("on weekends"),
    "morning": gettext_lazy("in the morning"),
    "evening": gettext_lazy("in the evening"),
    "night": gettext_lazy("at night"),
}
LEVELS: dict[str, tuple[Text, Text]] = {
    "frequency": (pgettext_lazy("group", "buys often"), pgettext_lazy("group", "buys seldom")),
    "money": (pgettext_lazy("group", "spends much"), pgettext_lazy("group", "spends little")),
    # A long time ago is many days.
    "recency": (pgettext_lazy("group", "not lately"), pgettext_lazy("group", "bought lately")),
}
NAMED = 3


@dataclass(frozen=True)
class Phrase:
    """One thing a group does more than others: how much of it does, and how many times the usual."""

    text: str
    share: float | None
    lift: float


def phrases(profile: Iterable[Mapping[str, Any]]) -> list[Phrase]:
    found = [_phrase(one["what"], one["value"], one["lift"]) for one in profile]
    return [one for one in found if one]


def title(group: NaturalGroup) -> str:
    """What a group is called: the most telling of its habits."""
    told = phrases(group.profile)
    shares = [one for one in told if one.share is not None]
    levels = sorted((one for one in told if one.share is None and one.lift != 1), key=lambda one: -one.lift)
    names = [one.text for one in [*levels[:1], *shares[: NAMED - 1]]] or [_("like most others")]
    return _("%(number)s: %(habits)s") % {"number": group.number, "habits": ", ".join(names)}


def _phrase(what: str, value: float, lift: float) -> Phrase | None:
    kind, _colon, name = what.partition(":")
    if what in LEVELS:
        many, few = LEVELS[what]
        if lift >= MANY or lift <= FEW:
            return Phrase(str(many if lift >= MANY else few), None, max(lift, 1 / max(lift, 0.01)))
        return None
    if what == "gap":
        days = max(1, round(value))
        text = ngettext("about every day", "about every %(days)d days", days) % {"days": days}
        return Phrase(text, None, 1)
    if kind == "channel":
        name = labels.label("channel", name)
    return Phrase(str(HABITS.get(what, name)), value, lift)


FEATURES: dict[str, Text] = {
    "recency": gettext_lazy("Days since the last order"),
    "frequency": gettext_lazy("Days with an order"),
    "money": gettext_lazy("Total spent"),
    "weekend": gettext_lazy("Orders on weekends"),
    "morning": gettext_lazy("Orders in the morning"),
    "evening": gettext_lazy("Orders in the evening"),
    "night": gettext_lazy("Orders at night"),
}


def feature(name: str) -> str:
    """What a feature is called on its own."""
    kind, _colon, inner = name.partition(":")
    if kind == "channel":
        return _("Orders by %(channel)s") % {"channel": labels.label("channel", inner)}
    if kind == "category":
        return _("Money for %(category)s") % {"category": inner}
    return str(FEATURES.get(name, name))
