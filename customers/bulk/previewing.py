"""What a bulk change would do, before it does it: how many, who is left out and why, and a few of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crm.accounts.models import Team, User
from crm.lib.templatetags.ui import thousands
from customers import jobs
from customers.bulk.actions import Action
from customers.bulk.models import BulkJob
from customers.bulk.runner import plain
from customers.bulk.standard_actions import field_label, shown
from customers.models import Customer

MOST_COUNTED = 10_000
SAMPLE = 5
MODELS = {"owner_id": User, "team_id": Team}


@dataclass(frozen=True)
class Before:
    """A customer with what would change: label, old and new value."""

    customer: Customer
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Preview:
    job: BulkJob
    action: Action
    params: Mapping[str, Any] | None

    @cached_property
    def chosen(self) -> int:
        return self._count(jobs.chosen(self.job, self.job.created_by))

    @cached_property
    def allowed(self) -> int:
        return self._count(jobs.chosen(self.job, self.job.created_by, self.action.needs))

    @property
    def denied(self) -> int:
        """Who is left out; unknown, so 0, once there are too many to count."""
        return max(0, self.chosen - self.allowed) if self.chosen <= MOST_COUNTED else 0

    @property
    def chosen_text(self) -> str:
        return capped(self.chosen)

    @property
    def changing_text(self) -> str:
        return capped(self.changing)

    @property
    def changing(self) -> int:
        """Of the first MOST_COUNTED each is looked at; more are not counted."""
        if self.allowed > MOST_COUNTED or not self.columns or self.params is None:
            return self.allowed
        return len(self._differing)

    @property
    def same(self) -> int:
        return self.allowed - self.changing

    @property
    def columns(self) -> tuple[str, ...]:
        return self.action.columns_of(self.params) if self.params is not None else ()

    @cached_property
    def sample(self) -> list[Before]:
        if self.params is None:
            return []
        rows = self._differing[:SAMPLE] if self.columns else self._rows[:SAMPLE]
        customers = Customer.objects.visible_to(self.job.created_by).in_bulk([row["pk"] for row in rows])
        names = self._names(rows)
        return [
            Before(customers[row["pk"]], self._changes(row, names)) for row in rows if row["pk"] in customers
        ]

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        allowed = jobs.chosen(self.job, self.job.created_by, self.action.needs)
        return list(allowed.order_by().values("pk", *self.columns)[:MOST_COUNTED])

    @cached_property
    def _differing(self) -> list[dict[str, Any]]:
        return [row for row in self._rows if self._becomes(row) != self._old(row)]

    def _old(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return plain({name: row[name] for name in self.columns})

    def _becomes(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return self.action.becomes(self._old(row), self.params or {})

    def _changes(
        self, row: Mapping[str, Any], names: Mapping[tuple[str, Any], str]
    ) -> list[tuple[str, str, str]]:
        old, new = self._old(row), self._becomes(row) if self.columns else {}
        return [
            (
                field_label(name.removesuffix("_id")),
                self._shown(name, old[name], names),
                self._shown(name, new[name], names),
            )
            for name in self.columns
            if old[name] != new[name] and not name.startswith("deleted_")
        ]

    def _names(self, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, Any], str]:
        """The names of the colleagues and teams in these rows, before and after."""
        found: dict[tuple[str, Any], str] = {}
        for column in set(self.columns) & set(MODELS):
            pks = {row[column] for row in rows} | {self._becomes(row)[column] for row in rows}
            model = MODELS[column]
            found |= {
                (column, one.pk): str(one) for one in model._default_manager.filter(pk__in=pks - {None})
            }
        return found

    def _shown(self, name: str, value: Any, names: Mapping[tuple[str, Any], str]) -> str:
        if name in MODELS:
            return names.get((name, value), "–")
        if isinstance(value, list):
            return ", ".join(value) or "–"
        return shown(name, str(value or "")) or "–"

    @staticmethod
    def _count(rows: Any) -> int:
        return int(rows.order_by()[: MOST_COUNTED + 1].count())


def capped(number: int) -> str:
    return f"≥ {thousands(MOST_COUNTED)}" if number > MOST_COUNTED else thousands(number)
