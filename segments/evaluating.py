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
from segments.rows import Pool
from segments.rules import Group, Leaf, Match

# Bits of a bigint that are never its sign.
WORD = 62
# A row of a table has at most 1600 columns, and the planner no time to lose.
WORDS_AT_ONCE = 4
# Conditions on rows of a large table share its reading when there are several; each keeps a sum for every
# customer meanwhile.
SEVERAL, AT_ONCE = 3, 16

Asked = tuple[str, Leaf]


class Evaluation:
    """Who the rules apply to at `as_of`: of everybody in `space`, or asked only about the customers of it."""

    def __init__(self, space: Space, as_of: datetime, *, is_part: bool = False) -> None:
        self.space, self.as_of, self.is_part = space, as_of, is_part
        self.among = space.ids.tolist() if is_part else None
        self.known: dict[str, Bits] = {}

    def prepare(self, trees: Iterable[Group]) -> None:
        """Asks what the rules ask."""
        asked = {_key(leaf): leaf for tree in trees for leaf in rules.leaves(tree)}
        new = {key: leaf for key, leaf in asked.items() if key not in self.known}
        together: list[Asked] = []
        pools: dict[Pool, list[Asked]] = {}
        for key, leaf in new.items():
            if leaf.fact.ids is None:
                together.append((key, leaf))
            elif leaf.fact.share:
                pools.setdefault(leaf.fact.share(self._test(leaf)).pool, []).append((key, leaf))
            else:
                self._ask_alone(key, leaf)
        for pool, of_pool in pools.items():
            self._ask_pool(pool, of_pool)
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
        return Test(leaf.operator.negates or leaf.operator.key, leaf.value, self.as_of, self.among)

    def _ask_alone(self, key: str, leaf: Leaf) -> None:
        if leaf.fact.ids:
            self.known[key] = self.space.of(reading.ids_of(leaf.fact.ids(self._test(leaf))))

    def _ask_pool(self, pool: Pool, asked: Sequence[Asked]) -> None:
        """By one reading of the table, unless there is hardly anything to share."""
        for some in _chunks(asked, AT_ONCE):
            if len(some) < SEVERAL:
                for key, leaf in some:
                    self._ask_alone(key, leaf)
            else:
                self._ask_shared(pool, some)

    def _ask_shared(self, pool: Pool, asked: Sequence[Asked]) -> None:
        shares = [leaf.fact.share(self._test(leaf)) for _key, leaf in asked if leaf.fact.share]
        rows = pool.asked(self._test(asked[0][1]))
        if all(share.since for share in shares):
            rows = rows.filter(reduce(or_, (share.since for share in shares)))
        measured = {f"measured{place}": share.measure for place, share in enumerate(shares)}
        bits = [
            self._bit(Q(**{f"measured{place}__{share.lookup}": share.number}), place)
            for place, share in enumerate(shares)
        ]
        counted = rows.values(pool.customer).annotate(**measured)
        chosen = counted.annotate(word=Cast(reduce(add, bits), BigIntegerField()))
        sql, values = chosen.values_list(pool.customer, "word").query.sql_with_params()
        found = reading.table(sql, values, width=2)
        places, inside = self.space.places(found[:, 0])
        for place, (key, _leaf) in enumerate(asked):
            self.known[key] = self.space.at(places, (found[inside, 1] >> place) & 1 == 1)

    def _ask_together(self, asked: Sequence[Asked]) -> None:
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

    def _word(self, asked: Sequence[Asked]) -> Cast:
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
