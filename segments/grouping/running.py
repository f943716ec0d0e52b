"""When customers are grouped: once a week at night, or when somebody asks. The row is the work."""

from datetime import timedelta

from django.utils import timezone

from crm.accounts.models import User
from customers.orders.models import Rollup
from segments import leasing
from segments.facts import zone
from segments.grouping.models import Grouping, Lookalike
from segments.leasing import Held

HOUR = 4
WEEK = timedelta(days=6, hours=12)
# If nobody was awake at that hour, any other will do.
OVERDUE = timedelta(days=8)


def queue(*, by: User | None) -> Grouping | None:
    return leasing.queue(Grouping, by=by)


def run(pk: int) -> None:
    leasing.run(Grouping, pk, _group)


def find(pk: int) -> None:
    leasing.run(Lookalike, pk, _find)


def sweep() -> None:
    queue_if_due()
    leasing.sweep(Grouping, _group)
    leasing.sweep(Lookalike, _find)


def queue_if_due() -> None:
    """Customers who were never grouped wait until somebody asks for it."""
    newest = Grouping.objects.order_by("-created_at").first()
    if newest is None:
        return
    now = timezone.now()
    age = now - newest.created_at
    if age > OVERDUE or (age > WEEK and now.astimezone(zone()).hour == HOUR):
        queue(by=None)


# Both load arrays and models, which the web never needs.
def _group(held: Held[Grouping]) -> None:
    from segments.grouping.grouping import group

    group(held, _buyers())


def _find(held: Held[Lookalike]) -> None:
    from segments.grouping.likening import find

    find(held, _buyers())


def _buyers() -> int:
    return Rollup.objects.filter(orders__gt=0).count()
