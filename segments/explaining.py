"""Why a customer is in a segment, or is not: each condition of its rule, asked about this one customer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Value, When
from django.utils import timezone

from customers.models import Customer
from segments import rules, words
from segments.facts import Test
from segments.models import Membership, Segment
from segments.rules import Group, Leaf, Match, Path
from segments.words import Clause

Verdicts = dict[Path, bool]


@dataclass(frozen=True)
class Reason:
    """`is_member` is what was stored by the last count, `clause` what holds now."""

    customer: Customer
    clause: Clause
    holds: bool
    is_member: bool


def explain(segment: Segment, rule: Group, customer: Customer) -> Reason:
    verdicts = _verdicts(rule, customer)
    stored = Membership.objects.filter(segment=segment, customer=customer)
    return Reason(customer, words.tell(rule, verdicts), verdicts[()], stored.exists())


def _verdicts(rule: Group, customer: Customer) -> Verdicts:
    """What holds for the customer, by the place in the rule; in one query."""
    as_of = timezone.now()
    asked = {f"leaf{number}": found for number, found in enumerate(rules.placed(rule, ()))}
    conditions = {name: _bit(leaf, as_of) for name, (_path, leaf) in asked.items()}
    row = Customer.objects.present().filter(pk=customer.pk).annotate(**conditions).values(*asked).get()
    verdicts = {path: bool(row[name]) != bool(leaf.operator.negates) for name, (path, leaf) in asked.items()}
    _add_up(rule, (), verdicts)
    return verdicts


def _bit(leaf: Leaf, as_of: datetime) -> Case:
    test = Test(leaf.operator.negates or leaf.operator.key, leaf.value, as_of)
    return Case(When(leaf.fact.build(test), then=Value(1)), default=Value(0))


def _add_up(rule: Group | Leaf, path: Path, verdicts: Verdicts) -> bool:
    if isinstance(rule, Group):
        parts = [_add_up(child, (*path, place), verdicts) for place, child in enumerate(rule.rules)]
        answers = {Match.ALL: all(parts), Match.ANY: any(parts), Match.NONE: not any(parts)}
        verdicts[path] = answers[rule.match]
    return verdicts[path]
