"""The rule tree: JSON ↔ checked values ↔ one condition in SQL.

A group is {"match": "all" | "any" | "none", "rules": […]}, a condition {"fact": …, "op": …, "value": …}. Only
registered facts and their operators can be named, and values travel as parameters.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.lib.errors import BadInput
from customers.models import Customer, CustomerQuerySet
from segments import facts, values
from segments.facts import Fact, Operator, Test, Value

DEEPEST = 5
MOST_LEAVES = 50

Path = tuple[int, ...]


class Match(models.TextChoices):
    ALL = "all", pgettext_lazy("rule", "All of these")
    ANY = "any", pgettext_lazy("rule", "At least one of these")
    NONE = "none", pgettext_lazy("rule", "None of these")


@dataclass(frozen=True)
class Leaf:
    fact: Fact
    operator: Operator
    value: Value


@dataclass(frozen=True)
class Group:
    match: Match
    rules: tuple["Leaf | Group", ...]


class InvalidRule(BadInput):
    """`problems` has a sentence for each place of the tree; the place is the way down from the root."""

    def __init__(self, problems: Mapping[Path, str]) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = dict(problems)


def parse(tree: object, asker: User | None = None) -> Group:
    """Checks a tree as it came from outside. Raises InvalidRule with everything that is wrong with it.

    With an `asker`, facts that this colleague may not know do not exist.
    """
    problems: dict[Path, str] = {}
    if not isinstance(tree, dict) or "rules" not in tree:
        raise InvalidRule({(): _("Add at least one condition.")})
    found = _group(tree, (), problems)
    if asker and not problems:
        closed = (path for path, leaf in placed(found, ()) if not leaf.fact.is_open_to(asker))
        problems |= dict.fromkeys(closed, _("A rule cannot ask about this."))
    if not problems and sum(1 for _leaf in leaves(found)) > MOST_LEAVES:
        problems[()] = _("A rule has at most %(number)d conditions.") % {"number": MOST_LEAVES}
    if problems:
        raise InvalidRule(problems)
    return found


def to_json(rule: Group | Leaf) -> dict[str, Any]:
    if isinstance(rule, Group):
        return {"match": rule.match.value, "rules": [to_json(child) for child in rule.rules]}
    found: dict[str, Any] = {"fact": rule.fact.key, "op": rule.operator.key}
    return found if rule.value is None else {**found, "value": values.plain(rule.value)}


def leaves(rule: Group | Leaf) -> Iterator[Leaf]:
    if isinstance(rule, Leaf):
        yield rule
        return
    for child in rule.rules:
        yield from leaves(child)


def placed(rule: Group | Leaf, path: Path) -> Iterator[tuple[Path, Leaf]]:
    """Its conditions with their places."""
    if isinstance(rule, Leaf):
        yield path, rule
        return
    for number, child in enumerate(rule.rules):
        yield from placed(child, (*path, number))


def condition(rule: Group | Leaf, as_of: datetime) -> Q:
    """The whole rule as one condition on Customer. All relative dates are counted from `as_of`."""
    if isinstance(rule, Leaf):
        test = Test(rule.operator.negates or rule.operator.key, rule.value, as_of)
        built = rule.fact.build(test)
        return ~built if rule.operator.negates else built
    parts = [condition(child, as_of) for child in rule.rules]
    if rule.match is Match.ALL:
        return reduce(and_, parts)
    either = reduce(or_, parts)
    return ~either if rule.match is Match.NONE else either


def members(rule: Group, *, as_of: datetime | None = None) -> CustomerQuerySet:
    """The customers to whom the rule applies now, or at `as_of`."""
    return narrow(Customer.objects.present(), rule, as_of=as_of)


def narrow(customers: CustomerQuerySet, rule: Group, *, as_of: datetime | None = None) -> CustomerQuerySet:
    """Those of `customers` to whom the rule applies."""
    return customers.filter(condition(rule, as_of or timezone.now()))


def _group(node: dict[str, Any], path: Path, problems: dict[Path, str]) -> Group:
    match, rules = node.get("match"), node.get("rules")
    if match not in Match.values or not isinstance(rules, list):
        problems[path] = _("This group is damaged.")
    elif not rules:
        problems[path] = _("Add at least one condition.")
    elif len(rules) > MOST_LEAVES:
        problems[path] = _("A rule has at most %(number)d conditions.") % {"number": MOST_LEAVES}
    elif len(path) >= DEEPEST:
        problems[path] = _("Groups go at most %(number)d deep.") % {"number": DEEPEST}
    else:
        children = (_child(child, (*path, place), problems) for place, child in enumerate(rules))
        return Group(Match(match), tuple(child for child in children if child))
    return Group(Match.ALL, ())


def _child(node: object, path: Path, problems: dict[Path, str]) -> Leaf | Group | None:
    if isinstance(node, dict) and "rules" in node:
        return _group(node, path, problems)
    try:
        return _leaf(node)
    except BadInput as error:
        problems[path] = str(error)
        return None


def _leaf(node: object) -> Leaf:
    if not isinstance(node, dict):
        raise BadInput(_("This condition is damaged."))
    fact = facts.find(node.get("fact"))
    if fact is None:
        raise BadInput(_("A rule cannot ask about this."))
    operator = fact.operator(node.get("op"))
    if operator is None:
        raise BadInput(_("“%(fact)s” cannot be compared like this.") % {"fact": fact.label})
    return Leaf(fact, operator, values.read(fact, operator, node.get("value")))
