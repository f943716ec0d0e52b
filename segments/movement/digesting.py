"""After each scoring: the alerts, and who moved since the month began. Done by the sweep, so that a crash in
between costs a minute."""

from django.core.cache import cache
from django.utils import timezone

from customers.models import Customer
from segments.movement import alerting, flows, history
from segments.movement.flows import Between
from segments.movement.models import Digest, Month
from segments.scoring.models import Score, ScoringRun

KEPT = 30


def sweep() -> None:
    history.sweep()
    _count_months()
    run = ScoringRun.objects.done().order_by("-as_of").first()
    if run and not Digest.objects.filter(pk=run.pk).exists():
        _digest(run)


def _count_months() -> None:
    """From each month to the next one that is kept."""
    months = list(Month.objects.taken().order_by("month"))
    for before, month in zip([None, *months], months, strict=False):
        if month.flows is None:
            between = Between(before.month, month.month) if before else None
            found = flows.count(between, Customer.objects.present()) if between else {}
            Month.objects.filter(pk=month.pk).update(flows=found)


def _digest(run: ScoringRun) -> None:
    newest = Month.objects.taken().order_by("-month").first()
    found = flows.count(Between(newest.month), Customer.objects.present()) if newest else {}
    present = Score.objects.filter(customer__deleted_at=None)
    Digest.objects.update_or_create(
        run=run,
        defaults={
            "alerts": alerting.find(present, timezone.now()),
            "flows": found,
            "made_at": timezone.now(),
        },
    )
    cache.delete(alerting.OF_EVERYBODY)
    old = Digest.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Digest.objects.filter(pk__in=list(old)).delete()
