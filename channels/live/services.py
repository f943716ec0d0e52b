"""What people ask: to be left alone for a while. And the sweep of what nobody reads any more."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from channels.live import publishing
from channels.live.models import Absence, Event
from crm.accounts.models import User

KEPT = timedelta(days=1)
AT_ONCE = 20_000


@transaction.atomic
def set_away(away: bool, *, by: User) -> None:
    """While they are away, new work goes to others."""
    if away:
        Absence.objects.get_or_create(user=by)
    else:
        Absence.objects.filter(user=by).delete()
    publishing.publish("inbox", "availability", {"user": by.pk})


def sweep() -> int:
    """Removes news that are older than a day, the oldest first, in pieces."""
    removed = 0
    old = Event.objects.filter(at__lt=timezone.now() - KEPT).order_by("at").values("pk")[:AT_ONCE]
    while count := Event.objects.filter(pk__in=old).delete()[0]:
        removed += count
    return removed
