"""What is known of many customers on one day, as arrays. Days are whole ones of the company's time zone."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

WEEK = 7.0
QUARTER, MONTH, YEAR = 91, 28, 365


@dataclass(frozen=True)
class Known:
    """Buyers only. Numbers of days count from one common day."""

    today: int
    days: Floats  # with a purchase
    first: Floats
    last: Floats
    total: Floats  # in the company's currency
    spent: Floats  # of it in the last year
    quarter: Floats  # orders in the last 13 weeks
    month: Floats  # orders in the last 4 weeks

    def __len__(self) -> int:
        return len(self.days)

    def of(self, places: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Self:
        columns = {one.name: getattr(self, one.name)[places] for one in fields(self) if one.name != "today"}
        return type(self)(today=self.today, **columns)

    @property
    def x(self) -> Floats:
        """Purchases after the first."""
        return self.days - 1

    @property
    def t_x(self) -> Floats:
        return (self.last - self.first) / WEEK

    @property
    def T(self) -> Floats:  # noqa: N802 - as in every paper
        return (self.today - self.first) / WEEK

    @property
    def since(self) -> Floats:
        """Days since the last purchase."""
        return self.today - self.last

    @property
    def mean(self) -> Floats:
        """Money per day with a purchase."""
        return self.total / self.days

    @property
    def repeat_buyers(self) -> int:
        return int(np.count_nonzero(self.days > 1))
