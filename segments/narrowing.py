"""The conditions of the customer list: the same facts and operators as in segments, held by its address."""

import json
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.accounts.models import User
from crm.lib.errors import BadInput, Refused
from customers import conditions
from customers.conditions import Part
from customers.models import CustomerQuerySet
from segments import rules, words
from segments.rules import Group, Match
from segments.words import Phrase


@dataclass(frozen=True)
class Narrowing:
    """A checked rule, as customers.conditions describes it."""

    rule: Group

    @cached_property
    def text(self) -> str:
        return written(self.rule)

    @cached_property
    def parts(self) -> list[Part]:
        told = words.tell(self.rule).parts
        return [
            Part(_label(part) if isinstance(part, Phrase) else _group_label(child), self._without(place))
            for place, (child, part) in enumerate(zip(self.rule.rules, told, strict=True))
        ]

    @property
    def joint(self) -> str:
        joints = {
            Match.ALL: pgettext("between conditions", "and"),
            Match.ANY: pgettext("between conditions", "or"),
            Match.NONE: pgettext("between conditions", "nor"),
        }
        return joints[self.rule.match]

    @property
    def turned(self) -> str:
        if len(self.rule.rules) < 2:
            return ""
        return written(Group(Match.ALL if self.rule.match is Match.ANY else Match.ANY, self.rule.rules))

    def narrow(self, rows: CustomerQuerySet) -> CustomerQuerySet:
        return rules.narrow(rows, self.rule)

    def _without(self, place: int) -> str:
        left = (*self.rule.rules[:place], *self.rule.rules[place + 1 :])
        return written(Group(self.rule.match, left)) if left else ""


def read(text: str, user: User) -> Narrowing:
    """The rule in an address. Raises BadInput, also for facts that `user` may not know."""
    try:
        tree = json.loads(text) if len(text) <= conditions.LONGEST else None
    except (ValueError, RecursionError):
        tree = None
    if tree is None:
        raise BadInput(_("The conditions in this address are damaged."))
    return Narrowing(rules.parse(tree, user))


def written(rule: Group) -> str:
    return json.dumps(rules.to_json(rule), ensure_ascii=False, separators=(",", ":"))


def fitting(rule: Group) -> str:
    """The rule for an address, or a word why it belongs into a segment."""
    text = written(rule)
    if len(text) > conditions.LONGEST:
        raise Refused(_("These conditions are too long for an address. Make a segment of them."))
    return text


def _label(phrase: Phrase) -> str:
    return " ".join(filter(None, (str(phrase.fact), phrase.operator, ", ".join(phrase.values))))


def _group_label(group: rules.Leaf | Group) -> str:
    number = sum(1 for _leaf in rules.leaves(group))
    if isinstance(group, Group) and group.match is Match.NONE:
        return ngettext("not %(number)d condition", "none of %(number)d conditions", number) % {
            "number": number
        }
    return ngettext("%(number)d condition", "%(number)d conditions", number) % {"number": number}
