"""What may be counted, by what, and which numbers that gives: the one table behind every pivot.

Features add their own in `AppConfig.ready()`:

    subjects.add_measure("customers", Measure("points", _("Points"), …, SUM, F("member__balance__points")))
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, Value

from crm.accounts.models import User
from crm.desk.pivot.dimensions import Dimension, Text

COUNT, DISTINCT, SUM, AVERAGE = "count", "distinct", "sum", "average"
# What a count looks at: nothing but that the row is there.
ONE = Value(1)


@dataclass(frozen=True)
class Measure:
    """One number of a cell. `only` are the rows it looks at; a cell leads to exactly these."""

    key: str
    label: Text
    definition: Text
    kind: str
    value: Any = None
    only: Q = field(default_factory=Q)
    is_money: bool = False
    # Sums so small that their cents matter.
    in_cents: bool = False
    needs: tuple[str, str] | None = None

    @property
    def adds_up(self) -> bool:
        """Whether the numbers of parts make the number of the whole."""
        return self.kind in (COUNT, SUM)


@dataclass(frozen=True)
class Subject:
    """`people` leads from a row to its customer, `moment` to when it was."""

    key: str
    label: Text
    icon: str
    rows: Callable[[User], QuerySet[Any]]
    people: str
    moment: str
    period: str
    usual: tuple[str, ...]
    dimensions: dict[str, Dimension]
    measures: dict[str, Measure]
    needs: tuple[str, str] = ("customer", "view")

    def dimensions_for(self, user: User) -> dict[str, Dimension]:
        return {key: one for key, one in self.dimensions.items() if one.needs is None or user.may(*one.needs)}

    def measures_for(self, user: User) -> dict[str, Measure]:
        return {key: one for key, one in self.measures.items() if one.needs is None or user.may(*one.needs)}


_subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    _subjects[subject.key] = subject


def all_for(user: User) -> dict[str, Subject]:
    return {key: one for key, one in _subjects.items() if user.may(*one.needs)}


def add_measure(subject: str, measure: Measure) -> None:
    _subjects[subject].measures[measure.key] = measure


def add_dimension(subject: str, dimension: Dimension) -> None:
    _subjects[subject].dimensions[dimension.key] = dimension
