"""What a check found, and what a revert would meet, as their pages show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.columns import unique_titles
from customers.imports import policies
from customers.imports.models import ImportJob, ImportProblem
from customers.imports.plans import columns_for
from customers.matching.levels import label_of
from customers.models import Customer
from customers.record.models import Change
from customers.timeline.models import Entry

SHOWN = 20
MOST_REASONS = 3
# Columns of a customer that no column of a file is called like.
HIDDEN = {"team_id", "updated_at"}
NAMES = {"owner_id": "owner"}


@dataclass(frozen=True)
class ColumnEffect:
    """What would happen to one column of customers we have."""

    label: str
    policy: str | Promise
    filled: int
    changed: int
    kept: int


@dataclass(frozen=True)
class Alike:
    """A new customer of the file who may be somebody else as well; `why` if they were weighed."""

    pk: int
    line: int
    cells: Sequence[str]
    is_of_file: bool
    other: Customer | None  # None when it may not be seen
    is_sure: bool
    why: Sequence[str]

    @property
    def can_be_linked(self) -> bool:
        """One cannot say of somebody one does not see that they are the same."""
        return self.other is not None


@dataclass(frozen=True)
class Edit:
    """A customer on whom somebody worked after the import."""

    customer: Customer | None
    what: Sequence[str]
    who: str


def effects(job: ImportJob) -> list[ColumnEffect]:
    counted: dict[str, dict[str, int]] = {}
    for key, number in job.findings.get("cells", {}).items():
        column, _colon, what = key.partition(":")
        if column not in HIDDEN:
            counted.setdefault(column, {})[what] = number
    labels = columns_for(job.kind, job.created_by)
    return [
        ColumnEffect(
            capfirst(str(labels[NAMES.get(column, column)].label)),
            policies.policy_of(job, column).label,
            # Tags are added to those that are there.
            numbers.get("filled", 0) + (numbers.get("changed", 0) if column == "tags" else 0),
            0 if column == "tags" else numbers.get("changed", 0),
            numbers.get("kept", 0),
        )
        for column, numbers in counted.items()
        if NAMES.get(column, column) in labels
    ]


def alike(job: ImportJob, reader: User) -> list[Alike]:
    told = list(job.problems.exclude(alike=None).order_by("line", "column")[:SHOWN])
    others = Customer.objects.visible_to(reader).in_bulk([one.alike for one in told if one.alike])
    return [
        Alike(
            pk=one.pk,
            line=one.line,
            cells=_told_cells(job, one),
            is_of_file=not one.alike,
            other=others.get(one.alike or 0),
            is_sure=bool(one.evidence and one.evidence["is_sure"]),
            why=_why(one),
        )
        for one in told
    ]


def alike_rows(job: ImportJob) -> Iterator[Sequence[str]]:
    """All of them for a file: the cells, the row, and the number of the customer we have."""
    titles = unique_titles(job.header)
    yield [*titles, _("Row"), _("Customer")]
    for one in job.problems.exclude(alike=None).order_by("line", "column").iterator(chunk_size=1000):
        cells = [*one.cells, *[""] * len(titles)][: len(titles)]
        yield [*cells, str(one.line), str(one.alike or "")]


def edits(job: ImportJob, reader: User) -> list[Edit]:
    """Who was edited since the import, what, and by whom, as far as the reader may see them."""
    found: list[tuple[int, list[str]]] = job.reversal.get("edits", [])
    customers = Customer.objects.visible_to(reader).in_bulk([pk for pk, _what in found])
    who = _editors(job, list(customers))
    return [Edit(customers.get(pk), [_what_name(one) for one in what], who.get(pk, "")) for pk, what in found]


def _why(problem: ImportProblem) -> list[str]:
    """What agrees, the weightiest first."""
    reasons: list[dict[str, Any]] = (problem.evidence or {}).get("reasons", [])
    agreeing = sorted((one for one in reasons if one["bits"] > 0), key=lambda one: -one["bits"])
    return [label_of(one["field"], one["level"]) for one in agreeing[:MOST_REASONS]]


def _told_cells(job: ImportJob, problem: ImportProblem) -> list[str]:
    """The name and what stands beside it, as far as the mapping knows."""
    places = [
        job.mapping[name] for name in ("number", "name", "surname", "given_name") if name in job.mapping
    ]
    return [problem.cells[place] for place in places if place < len(problem.cells) and problem.cells[place]]


def _editors(job: ImportJob, keys: Sequence[int]) -> dict[int, str]:
    """The last colleague who did anything to each of them after the import began."""
    since: Any = job.started_at or job.created_at
    told = Entry.objects.filter(customer__in=keys, occurred_at__gte=since).exclude(actor=None)
    saved = Change.objects.filter(customer__in=keys, at__gte=since).exclude(source=Change.Source.IMPORT)
    found = [
        *told.values_list("customer", "occurred_at", "actor__name"),
        *saved.exclude(by=None).values_list("customer", "at", "by__name"),
    ]
    return {customer: name for customer, _at, name in sorted(found, key=lambda one: one[1])}


def _what_name(what: str) -> str:
    """A field of the customer, or the kind of row that was added."""
    if "." in what:
        model: type[Model] = apps.get_model(what)
        return capfirst(str(model._meta.verbose_name_plural))
    field = next((one for one in Customer._meta.concrete_fields if one.column == what), None)
    return capfirst(str(field.verbose_name)) if field else what
