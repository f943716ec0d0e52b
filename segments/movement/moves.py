"""Moves of single customers in words: for the list of a flow, and for the customer's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers.models import Customer
from customers.panels import Panel, register
from segments.movement import report
from segments.movement.models import Change, Kind
from segments.scoring.models import ScoringRun
from segments.scoring.trials import Place

MOST_SHOWN = 8


@dataclass(frozen=True)
class Explained:
    customer: Customer
    change: Change | None
    why: str


@dataclass(frozen=True)
class Told:
    change: Change
    before: Place
    after: Place
    why: str


def register_panel() -> None:
    register(
        Panel("moves", _("How they moved"), "movement/_panel.html", load, needs=("score", "view"), order=21)
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    rows = Change.objects.visible_to(request.user).filter(customer=customer).order_by("-at", "kind")
    changes = list(rows[:MOST_SHOWN])
    runs = _runs(changes)
    told = [_told(one, runs) for one in changes]
    return {"moves": told} if told else None


def explained(
    customers: Sequence[Customer], kind: Kind, after: str, until: datetime | None, user: User
) -> list[Explained]:
    """With the last move of each that led where they are, up to the end of the period."""
    found = Change.objects.visible_to(user).filter(customer__in=customers, kind=kind, after=after)
    if until:
        found = found.filter(at__lte=until)
    latest = {one.customer_id: one for one in found.order_by("customer_id", "-at").distinct("customer_id")}
    runs = _runs(list(latest.values()))
    whys = {pk: report.reason(change, runs) for pk, change in latest.items()}
    return [Explained(one, latest.get(one.pk), whys.get(one.pk, "")) for one in customers]


def _told(change: Change, runs: dict[int, ScoringRun]) -> Told:
    before, after = report.sides(Kind(change.kind))
    return Told(change, before[change.before], after[change.after], report.reason(change, runs))


def _runs(changes: Sequence[Change]) -> dict[int, ScoringRun]:
    return ScoringRun.objects.only("pk", "params").in_bulk({one.run_id for one in changes if one.run_id})
