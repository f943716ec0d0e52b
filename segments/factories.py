"""Segments for tests: required fields only."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from crm.accounts import factories as people
from customers import factories as customers
from customers.models import Customer
from customers.orders.models import Rollup
from segments.models import Segment
from segments.predicting import running as predicting
from segments.predicting.models import Prediction, PredictionRun
from segments.scoring import running
from segments.scoring.models import Score, ScoringRun

_numbers = count(1)

IN_SHANGHAI = {"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": ["Shanghai"]}]}


def segment(**fields: Any) -> Segment:
    if "created_by" not in fields:
        fields["created_by"] = people.user()
    defaults = {"name": f"Segment {next(_numbers)}", "rule": IN_SHANGHAI}
    return Segment.objects.create(**{**defaults, **fields})


def buyer(
    *,
    days_ago: float = 10,
    days: int = 1,
    total: Decimal | int = 100,
    first_days_ago: float | None = None,
    now: datetime | None = None,
    **fields: Any,
) -> Customer:
    """A customer with what its orders add up to."""
    made = customers.customer(**fields)
    last = (now or timezone.now()) - timedelta(days=days_ago)
    first = last if first_days_ago is None else (now or timezone.now()) - timedelta(days=first_days_ago)
    Rollup.objects.filter(customer=made).update(
        orders=days, days=days, total=total, first_order_at=first, last_order_at=last
    )
    return made


def score(customer: Customer, **fields: Any) -> Score:
    defaults = {"recency": 5, "frequency": 5, "monetary": 5, "group": "champion", "stage": "active"}
    return Score.objects.create(customer=customer, **{**defaults, **fields})


def scored(*, as_of: datetime | None = None) -> ScoringRun:
    """Scores everybody, as the worker would."""
    running.queue(by=None)
    run = ScoringRun.objects.unfinished().get()
    if as_of:
        ScoringRun.objects.filter(pk=run.pk).update(as_of=as_of)
    running.run(run.pk)
    run.refresh_from_db()
    return run


def prediction(customer: Customer, **fields: Any) -> Prediction:
    amounts = {"expected_orders": 3, "per_order": 50, "value": 140, "spent": 100, "potential": 50}
    defaults = {"lapse_risk": 40, **amounts}
    return Prediction.objects.create(customer=customer, **{**defaults, **fields})


def predicted(*, fits: bool = True) -> PredictionRun:
    """Predicts for everybody, as the worker would."""
    predicting.queue(by=None, fits=fits)
    run = PredictionRun.objects.unfinished().get()
    predicting.run(run.pk)
    run.refresh_from_db()
    return run
