"""The first rows of a file as the import would understand them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.forms import BoundField
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.lib.templatetags.ui import mask_email, mask_phone, money
from customers.imports import extras, policies
from customers.imports.forms import MappingForm
from customers.imports.importers import IMPORTERS
from customers.imports.looking import hints
from customers.imports.models import ImportJob
from customers.imports.plans import Flawed, Owner, Plan
from customers.imports.problems import sentence
from customers.imports.records import Broken
from customers.models import Customer
from customers.orders.models import Order
from customers.timeline.models import Entry

WORDS = {
    "kind": Customer.Kind,
    "gender": Customer.Gender,
    "status": Order.Status,
    "channel": Entry.Channel,
}
MASKS = {"phone": mask_phone, "other_phone": mask_phone, "email": mask_email}
HIDDEN = "••••"
SETTINGS = ("encoding", "delimiter", "source", "language")


@dataclass(frozen=True)
class Cell:
    text: str
    reason: str | Promise = ""
    is_used: bool = True


@dataclass(frozen=True)
class PreviewRow:
    cells: list[Cell]
    reasons: list[str | Promise]  # why the row would be left out


@dataclass(frozen=True)
class Column:
    """A column of the file: what it is taken for, and what may be done with it, if anything can be chosen."""

    title: str
    field: BoundField
    policy: BoundField | None


@dataclass(frozen=True)
class Preview:
    columns: list[Column]
    rows: list[PreviewRow]
    warnings: list[str | Promise]
    settings: list[BoundField]
    flawed: int


def preview_of(job: ImportJob, form: MappingForm, *, masked: bool) -> Preview:
    """`masked` hides contacts and unused columns from colleagues who did not upload the file."""
    importer = IMPORTERS[job.kind](job)
    plan = importer.plan
    rows = []
    for number, sample in enumerate(job.sample, 1):
        cells = plan.row(sample)
        if isinstance(cells, Broken):
            rows.append(PreviewRow([Cell(cell) for cell in cells.cells], [sentence(cells.reason)]))
            continue
        row = importer.read(number, cells)
        flaws = {flaw.column: sentence(flaw.reason) for flaw in row.flaws} if isinstance(row, Flawed) else {}
        rows.append(PreviewRow(_cells(plan, cells, flaws, masked=masked), list(flaws.values())))
    warnings = [sentence(code) for code in (*job.warnings, *hints(job.kind, job.mapping))]
    settings = [form[name] for name in SETTINGS if name in form.fields]
    return Preview(
        _columns(job, plan, form), rows, warnings, settings, sum(bool(row.reasons) for row in rows)
    )


def _columns(job: ImportJob, plan: Plan, form: MappingForm) -> list[Column]:
    with_policy = set(policies.offered(job.mapping, extras.with_policy()))
    chosen = {index: name for name, index in job.mapping.items()}
    return [
        Column(
            title,
            form[f"column_{index}"],
            form[f"policy_{index}"]
            if f"policy_{index}" in form.fields and chosen.get(index) in with_policy
            else None,
        )
        for index, title in enumerate(plan.titles)
    ]


def _cells(plan: Plan, row: Sequence[str], flaws: dict[str, str | Promise], *, masked: bool) -> list[Cell]:
    values, _flaws = plan.read(row)
    field_of = {index: name for name, index, _read in plan.readers}
    cells = []
    for index, text in enumerate(row):
        name, reason = field_of.get(index, ""), flaws.get(plan.titles[index], "")
        if name in values:
            cells.append(Cell(_shown(name, values[name], masked=masked), reason))
        else:
            hidden = masked and text.strip() and (reason or not name)
            cells.append(
                Cell(HIDDEN if hidden else text.strip() if reason or not name else "", reason, bool(name))
            )
    return cells


def _shown(name: str, value: Any, *, masked: bool) -> str:
    if isinstance(value, Owner):
        return value.name
    if name in WORDS:
        return str(WORDS[name](value).label)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, tuple):
        return _joined(name, value, masked=masked)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    if isinstance(value, date):
        return value.isoformat()
    return MASKS[name](value) if masked and name in MASKS else str(value)


def _joined(name: str, value: tuple[Any, ...], *, masked: bool) -> str:
    if isinstance(value[0], Decimal):
        amount, currency = value
        return money(amount, currency) if currency else f"{amount:,.2f}"
    return ", ".join(MASKS[name](one) if masked and name in MASKS else str(one) for one in value)
