"""On which days some customers bought, so that any past day can be looked at as if it were today."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segments.predicting.known import MONTH, QUARTER, YEAR, Floats, Known


@dataclass(frozen=True)
class Window:
    """What was known on a day, and what came after it."""

    known: Known
    horizon: int  # days
    purchases: Floats  # days with a purchase within the horizon
    money: Floats
    # Days with a purchase, and money, in as many days before: what a simple forecast repeats.
    purchases_before: Floats
    money_before: Floats


@dataclass(frozen=True)
class History:
    """One row per customer and day with a purchase, by customer and day."""

    today: int
    customer: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    orders: npt.NDArray[np.int64]
    money: Floats

    @property
    def span(self) -> int:
        """Days since the first purchase of all."""
        return self.today - int(self.day.min()) if len(self.day) else 0

    def at(self, cut: int, horizon: int) -> Window:
        """Who had bought by the end of the day `cut`, and what they did in the `horizon` days after."""
        past = self.day <= cut
        _ids, who = np.unique(self.customer[past], return_inverse=True)
        size = len(_ids)
        day, money, orders = self.day[past], self.money[past], self.orders[past].astype(float)

        def added(values: Floats, days: int) -> Floats:
            return _sums(who, values * (day > cut - days), size)

        first, last = np.full(size, np.inf), np.full(size, -np.inf)
        np.minimum.at(first, who, day)
        np.maximum.at(last, who, day)
        known = Known(
            today=cut,
            days=np.bincount(who, minlength=size).astype(float),
            first=first,
            last=last,
            total=_sums(who, money, size),
            spent=added(money, YEAR),
            quarter=added(orders, QUARTER),
            month=added(orders, MONTH),
        )
        purchases, spent = self._after(_ids, cut, horizon)
        ones = np.ones(len(day))
        return Window(known, horizon, purchases, spent, added(ones, horizon), added(money, horizon))

    def _after(self, ids: npt.NDArray[np.int64], cut: int, horizon: int) -> tuple[Floats, Floats]:
        later = (self.day > cut) & (self.day <= cut + horizon)
        place = np.searchsorted(ids, self.customer[later])
        place = np.minimum(place, max(0, len(ids) - 1))
        mine = ids[place] == self.customer[later] if len(ids) else np.zeros(len(place), bool)
        place, money = place[mine], self.money[later][mine]
        size = len(ids)
        return np.bincount(place, minlength=size).astype(float), _sums(place, money, size)


def _sums(places: npt.NDArray[np.intp], values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(places, values, size), dtype=float)
