"""An assessment is a row: queued, claimed with a lease, worked on in chunks. The next sweep goes on."""

import time
from datetime import datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.quality import assessing, summary
from customers.quality.models import Assessment, Refresh

CHUNK = 20_000
LEASE = timedelta(minutes=2)
NIGHTLY_AT = clock(4)
KEPT = 400


def queue(*, by: User | None) -> Assessment | None:
    """A new assessment, or None while another one waits or works."""
    try:
        with transaction.atomic():
            return Assessment.objects.create(asked_by=by)
    except IntegrityError:
        return None


def run(assessment_pk: int, *, seconds: float = 240) -> None:
    """Works until it is done or the time is over, unless another worker holds it."""
    if not Assessment.objects.unheld().filter(pk=assessment_pk).update(lease_until=timezone.now() + LEASE):
        return
    until = time.monotonic() + seconds
    while _assess_chunk(assessment_pk):
        if time.monotonic() > until:
            Assessment.objects.filter(pk=assessment_pk).update(lease_until=None)
            return
    _finish(assessment_pk)


def sweep() -> None:
    """Queues what the night is due, goes on with what was left, and ends requests that ran out."""
    Refresh.objects.over().update(status=Refresh.Status.EXPIRED)
    queue_if_due()
    found = Assessment.objects.unheld().first()
    if found:
        run(found.pk)


def queue_if_due() -> Assessment | None:
    now = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    due = datetime.combine(now.date(), NIGHTLY_AT, now.tzinfo)
    if now < due:
        due -= timedelta(days=1)
    newest = Assessment.objects.order_by("-started_at").first()
    if newest is not None and newest.started_at >= due:
        return None
    # An empty base waits for its first customers.
    return queue(by=None) if Customer.objects.present().exists() else None


@transaction.atomic
def _assess_chunk(pk: int) -> bool:
    """Whether there may be more."""
    row = Assessment.objects.select_for_update().get(pk=pk)
    numbers = Customer.objects.filter(pk__gt=row.cursor).order_by("pk").values_list("pk", flat=True)
    last = numbers[CHUNK - 1 : CHUNK].first()
    chunk = Customer.objects.filter(pk__gt=row.cursor)
    assessing.keep(chunk.filter(pk__lte=last) if last else chunk, row.started_at)
    Assessment.objects.filter(pk=pk).update(cursor=last or row.cursor, lease_until=timezone.now() + LEASE)
    return last is not None


@transaction.atomic
def _finish(pk: int) -> None:
    assessing.sweep()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE quality_quality")
    found = summary.of_everybody().to_json()
    Assessment.objects.filter(pk=pk).update(finished_at=timezone.now(), lease_until=None, summary=found)
    old = Assessment.objects.order_by("-pk").values_list("pk", flat=True)[KEPT:]
    Assessment.objects.filter(pk__in=list(old)).delete()
