"""Makes an audience's files anew in their time. A night that was missed is not made up for."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from channels.audiences.models import Audience, AudienceRun

DAY = timedelta(days=1)
EVERY = {Audience.Refresh.DAILY: DAY, Audience.Refresh.WEEKLY: 7 * DAY}


def run(audience: Audience, *, writes: bool) -> AudienceRun:
    return AudienceRun.objects.create(audience=audience, created_by=audience.created_by, writes=writes)


def plan(audience: Audience, now: datetime) -> None:
    step = EVERY.get(Audience.Refresh(audience.refresh))
    Audience.objects.filter(pk=audience.pk).update(next_at=now + step if step else None)


@transaction.atomic
def begin_due() -> None:
    now = timezone.now()
    for audience in Audience.objects.due().select_for_update(skip_locked=True):
        run(audience, writes=True)
        plan(audience, now)
