"""What sets of customers are worth and how they are scored, added up in memory for any number of sets."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segments import reading
from segments.bits import Bits, Ids, Space
from segments.scoring.models import Group

# Money in cents and the number of the RFM group, 0 for those without a score.
EACH = """
    SELECT customer.id, (coalesce(rollup.total, 0) * 100)::bigint,
        coalesce(array_position(%s::text[], score."group"), 0)::bigint
    FROM customers_customer AS customer
    LEFT JOIN orders_rollup AS rollup ON rollup.customer_id = customer.id
    LEFT JOIN scoring_score AS score ON score.customer_id = customer.id
    WHERE customer.deleted_at IS NULL
"""
CODES = ["", *Group.values]


@dataclass(frozen=True)
class Worth:
    space: Space
    cents: NDArray[np.int64]
    groups: NDArray[np.int64]

    @property
    def revenue(self) -> Decimal:
        return _money(int(self.cents.sum()))

    def summary(self, bits: Bits) -> dict[str, Any]:
        chosen = self.space.mask(bits)
        cents, groups = self.cents[chosen], self.groups[chosen]
        numbers = np.bincount(groups, minlength=len(CODES)).tolist()
        sums = [int(cents[groups == place].sum()) if numbers[place] else 0 for place in range(len(CODES))]
        added = zip(CODES, numbers, sums, strict=True)
        return {
            "groups": {code: [many, str(_money(money))] for code, many, money in added if many},
            "money": str(_money(sum(sums))),
            "revenue": str(self.revenue),
            "everybody": len(self.space.ids),
        }


def everybody() -> Worth:
    return _read(EACH, [])


def these(ids: Ids) -> Worth:
    return _read(f"{EACH} AND customer.id = ANY(%s)", [ids.tolist()])


def _read(sql: str, more: list[Any]) -> Worth:
    found = reading.table(sql, [Group.values, *more], width=3)
    found = found[np.argsort(found[:, 0])]
    return Worth(Space(found[:, 0]), found[:, 1], found[:, 2])


def _money(cents: int) -> Decimal:
    return Decimal(cents) / 100
