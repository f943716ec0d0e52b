"""What scores add up to: how many in each tenth, the averages, each problem's customers, each owner's."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Avg, Count, F, Func, Q, QuerySet

from crm.accounts.models import User
from customers.quality.models import Quality

# Below this, a customer is on the work list.
LOW, GOOD = 60, 80
MEANS = ("score", "completeness", "accuracy", "timeliness")


@dataclass(frozen=True)
class Summary:
    customers: int = 0
    means: Mapping[str, float] = field(default_factory=dict)
    tenths: list[int] = field(default_factory=lambda: [0] * 10)
    problems: Mapping[str, int] = field(default_factory=dict)
    # Owner → customers, average, how many of them are low; "0" for nobody.
    owners: Mapping[str, list[float]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Summary":
        return cls(**stored) if stored else cls()

    @property
    def low(self) -> int:
        return sum(self.tenths[: LOW // 10])


def of_everybody() -> Summary:
    return _of(Quality.objects.all())


def seen_by(user: User) -> Summary:
    """The same for the customers that `user` may see, counted now."""
    return _of(Quality.objects.visible_to(user))


def _of(rows: QuerySet[Quality]) -> Summary:
    found = rows.aggregate(customers=Count("pk"), **{name: Avg(name) for name in MEANS})
    customers = found.pop("customers")
    if not customers:
        return Summary()
    return Summary(
        customers,
        {name: round(float(value), 1) for name, value in found.items()},
        _tenths(rows),
        _problems(rows),
        _owners(rows),
    )


def _tenths(rows: QuerySet[Quality]) -> list[int]:
    counts: Counter[int] = Counter()
    for score, number in rows.values_list("score").annotate(number=Count("pk")).order_by():
        counts[min(9, score // 10)] += number
    return [counts[tenth] for tenth in range(10)]


def _problems(rows: QuerySet[Quality]) -> dict[str, int]:
    each = rows.annotate(code=Func(F("problems"), function="unnest")).values_list("code")
    return dict(each.annotate(number=Count("pk")).order_by("-number"))


def _owners(rows: QuerySet[Quality]) -> dict[str, list[float]]:
    low = Count("pk", filter=Q(score__lt=LOW))
    each = rows.values_list("customer__owner").annotate(number=Count("pk"), mean=Avg("score"), low=low)
    return {
        str(owner or 0): [number, round(float(mean), 1), few] for owner, number, mean, few in each.order_by()
    }
