"""Reminders: a sweep raises each task once when its moment has come; it then shows itself on every page.

Claim and raising are one statement: a reminder is neither lost nor comes twice, whenever the process dies.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from crm.accounts.models import User
from customers.tasks.models import Task

AT_ONCE = 1000
SHOWN = 3


def sweep() -> int:
    """Everything that is due now; how many there were."""
    total = 0
    while found := _raise():
        total += found
    return total


@transaction.atomic
def _raise() -> int:
    now = timezone.now()
    due = Task.objects.open().filter(remind_at__lte=now, reminded_at=None).order_by("remind_at")
    claimed = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
    return Task.objects.filter(pk__in=claimed).update(reminded_at=now, raised_at=now)


def raised(user: User) -> Sequence[Task]:
    """The latest few that ask for attention, and one more if there are more."""
    rows = Task.objects.visible_to(user).raised().filter(assignee=user)
    rows = rows.select_related("customer", "created_by").order_by(F("raised_at").desc(), "-pk")
    return list(rows[: SHOWN + 1])


def lower(user: User, task: Task | None = None) -> None:
    """They have seen it, or all of them."""
    rows = Task.objects.raised().filter(assignee=user)
    (rows.filter(pk=task.pk) if task else rows).update(raised_at=None)
