"""Many rules over everybody, or over a few, in as few passes over the tables as it takes.

Each condition is asked once, however many rules have it: those on columns of the customer all in one pass,
each of those on rows of other tables by reading that table. What rules make of them is bit arithmetic.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import add, and_, or_
from typing import Any

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Case, Q, Value, When
from django.db.models.functions import Cast

from customers.models import Customer
from segments import reading, rules
from segments.bits import Bits, Ids, Space
from segments.facts import Test
from segments.rules import Group, Leaf, Match

# Bits of a bigint that are never its sign.
WORD = 62
# A row of a table has at most 1600 columns, and the planner no time to lose.
WORDS_AT_ONCE = 8


class Evaluation:
    """Who the rules apply to at `as_of`: of everybody in `space`, or asked only about the customers of it."""

    def __init__(self, space: Space, as_of: datetime, *, is_part: bool = False) -> None:
        self.space, self.as_of, self.is_part = space, as_of, is_part
        self.known: dict[str, Bits] = {}

    def prepare(self, trees: Iterable[Group]) -> None:
        """Asks what the rules ask."""
        asked = {_key(leaf): leaf for tree in trees for leaf in rules.leaves(tree)}
        new = {key: leaf for key, leaf in asked.items() if key not in self.known}
        together = []
        for key, leaf in new.items():
            if leaf.fact.ids and not self.is_part:
                self.known[key] = self.space.of(reading.ids_of(leaf.fact.ids(self._test(leaf))))
            else:
                together.append((key, leaf))
        step = WORD * WORDS_AT_ONCE
        for first in range(0, len(together), step):
            self._ask_together(together[first : first + step])

    def members(self, rule: Group | Leaf) -> Bits:
        if isinstance(rule, Leaf):
            bits = self.known[_key(rule)]
            return self.space.without(bits) if rule.operator.negates else bits
        parts = [self.members(child) for child in rule.rules]
        if rule.match is Match.ALL:
            return reduce(and_, parts)
        either: Bits = reduce(or_, parts)
        return self.space.without(either) if rule.match is Match.NONE else either

    def _test(self, leaf: Leaf) -> Test:
        return Test(leaf.operator.negates or leaf.operator.key, leaf.value, self.as_of)

    def _ask_together(self, asked: Sequence[tuple[str, Leaf]]) -> None:
        words = list(_chunks(asked, WORD))
        named = {f"word{number}": self._word(word) for number, word in enumerate(words)}
        rows = Customer.objects.present().order_by()
        if self.is_part:
            rows = rows.filter(pk__any_of=Value(self.space.ids.tolist(), ArrayField(BigIntegerField())))
        chosen = rows.annotate(**named).values_list("pk", *named)
        found = reading.table(*chosen.query.sql_with_params(), width=1 + len(words))
        places, inside = self.space.places(found[:, 0])
        found = found[inside]
        for number, word in enumerate(words, 1):
            for place, (key, _leaf) in enumerate(word):
                self.known[key] = self.space.at(places, (found[:, number] >> place) & 1 == 1)

    def _word(self, asked: Sequence[tuple[str, Leaf]]) -> Cast:
        bits = [self._bit(leaf.fact.build(self._test(leaf)), place) for place, (_k, leaf) in enumerate(asked)]
        return Cast(reduce(add, bits), BigIntegerField())

    def _bit(self, condition: Q, place: int) -> Any:
        return Case(When(condition, then=Value(1 << place)), default=Value(0), output_field=BigIntegerField())


def everybody() -> Space:
    return Space(_sorted(reading.ids_of(Customer.objects.present().order_by().values("pk"))))


def these(customers: Iterable[int]) -> Space:
    return Space(_sorted(np.fromiter(customers, np.int64)))


def _sorted(found: Ids) -> Ids:
    return np.unique(found)


def _key(leaf: Leaf) -> str:
    """The same for conditions that ask the same, or the exact opposite."""
    told = rules.to_json(leaf)
    return json.dumps([told["fact"], leaf.operator.negates or told["op"], told.get("value")], sort_keys=True)


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
