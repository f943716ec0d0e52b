"""How each product sells: how many bought it lately, who comes back for it, and after how long."""

from collections.abc import Iterator

import numpy as np

from segments.recommending.likeness import Market
from segments.recommending.purchases import Floats, Ints, Purchases

LATELY = 30
# Fewer returns say nothing about a product's rhythm.
FEWEST_GAPS = 5

Row = tuple[int, float, float, int, int | None, float, int]


def figures(bought: Purchases, market: Market) -> Iterator[Row]:
    """Key, popularity, trend, recent buyers, usual gap, share who return, day of the last sale."""
    found, size = market.pairs, market.products
    recent = np.bincount(found.product[found.last > market.today - LATELY], minlength=size)
    returning = np.bincount(found.product[found.days > 1], minlength=size)
    last = np.full(size, np.iinfo(np.int64).min)
    np.maximum.at(last, found.product, found.last)
    gaps = _gaps(bought)
    share = returning / np.maximum(market.buyers, 1)
    columns = zip(
        bought.keys.tolist(),
        market.popularity.tolist(),
        market.trend.tolist(),
        np.rint(recent / bought.share).astype(int).tolist(),
        share.tolist(),
        last.tolist(),
        strict=True,
    )
    for place, (key, popularity, trend, lately, back, day) in enumerate(columns):
        yield key, popularity, trend, lately, gaps.get(place), back, day


def _gaps(bought: Purchases) -> dict[int, int]:
    """Half of the returns come within so many days, for products that have enough of them."""
    order = np.lexsort((bought.day, bought.product, bought.customer))
    customer, product, day = bought.customer[order], bought.product[order], bought.day[order]
    again = (np.diff(customer) == 0) & (np.diff(product) == 0)
    gap, product = np.diff(day)[again], product[1:][again]
    order = np.lexsort((gap, product))
    gap, product = gap[order], product[order]
    found, first, number = np.unique(product, return_index=True, return_counts=True)
    enough = number >= FEWEST_GAPS
    middle = _middle(gap, first[enough], number[enough])
    return dict(zip(found[enough].tolist(), middle.tolist(), strict=True))


def _middle(gap: Ints, first: Ints, number: Ints) -> Ints | Floats:
    return gap[first + (number - 1) // 2] if len(first) else np.zeros(0, np.int64)
