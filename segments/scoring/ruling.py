"""By which rules everybody is scored: how RFM is cut, over which time, and what makes a stage."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from django.conf import settings

from segments.scoring.lifecycle import Thresholds


class Method(StrEnum):
    QUANTILES = "quantiles"
    BANDS = "bands"


@dataclass(frozen=True)
class Rules(Thresholds):
    """Flat, so that the parameters of runs from before there was a choice still read.

    Bands are what separates the five scores: recency in days from long ago to recent (a score is for orders
    more recent than its cut-off), frequency and money from little to much (for more than the cut-off).
    `window` is in months and 0 means all time. The multiples stand in place of the days of the three stages
    of leaving, for customers whose product category has a purchase cycle.
    """

    method: Method = Method.QUANTILES
    recency: tuple[int, ...] = ()
    frequency: tuple[int, ...] = ()
    monetary: tuple[Decimal, ...] = ()
    window: int = 0
    by_category: bool = False
    risk_times: Decimal = Decimal(3)
    dormant_times: Decimal = Decimal(6)
    lost_times: Decimal = Decimal(12)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        for name in ("recency", "frequency"):
            values[name] = tuple(values.get(name, ()))
        values["monetary"] = tuple(map(Decimal, values.get("monetary", ())))
        values |= {name: Decimal(values[name]) for name in values if name.endswith("_times")}
        values["method"] = Method(values.get("method", Method.QUANTILES))
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        plain = {name: _plain(value) for name, value in asdict(self).items()}
        # Orders in other currencies count as purchases, but their money is not added up.
        return plain | {"currency": settings.DEFAULT_CURRENCY}

    @property
    def by_bands(self) -> bool:
        return self.method is Method.BANDS

    def in_cycle(self, days: int) -> Thresholds:
        """The thresholds of a customer whose category is usually bought again after so many days."""
        return Thresholds(
            new_within=self.new_within,
            loyal_from=self.loyal_from,
            risk_after=int(self.risk_times * days),
            dormant_after=int(self.dormant_times * days),
            lost_after=int(self.lost_times * days),
            won_back_for=self.won_back_for,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
