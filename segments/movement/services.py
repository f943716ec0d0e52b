"""What people may ask about movement."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.audit import services as audit
from segments import services as segments
from segments.models import Segment
from segments.movement import report
from segments.movement.alerting import Alert
from segments.movement.models import Watch


def make_segment(alert: Alert, *, by: User) -> Segment:
    """The customers of an alert as a segment. One of today's is not made twice."""
    name = report.segment_name(alert, timezone.localdate())[:100]
    segment = Segment.objects.filter(name=name).first()
    if segment is None:
        segment = Segment(name=name, description=report.sentence(alert)[:300])
        segments.save(segment, alert.rule, by=by)
    return segment


@transaction.atomic
def watch(customers: int, money: Decimal, *, by: User) -> Watch:
    made = Watch.objects.create(customers=customers, money=money, set_by=by)
    audit.record("movement.watch_set", made, by=by, customers=customers, money=str(money))
    return made
