"""Reminders: a sweep claims each due one once and tells whoever wants to hear, in one transaction.

The claim and what listeners write commit together or not at all, so a reminder neither gets lost nor comes
twice, whenever the process dies. Listeners must only write rows; sending is the business of their own sweeps.
"""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from customers.tasks.models import Task

AT_ONCE = 500
Listener = Callable[[Sequence[Task]], None]
_listeners: dict[str, Listener] = {}


def listen(name: str, listener: Listener) -> None:
    """Called in AppConfig.ready(). `listener` gets tasks with assignee and customer loaded."""
    _listeners[name] = listener


def sweep() -> int:
    """Everything that is due now; how many there were."""
    total = 0
    while found := _remind():
        total += found
        if found < AT_ONCE:
            break
    return total


@transaction.atomic
def _remind() -> int:
    now = timezone.now()
    due = Task.objects.open().filter(remind_at__lte=now, reminded_at=None)
    claimed = list(due.order_by("remind_at").select_for_update(skip_locked=True)[:AT_ONCE])
    if not claimed:
        return 0
    numbers = [task.pk for task in claimed]
    Task.objects.filter(pk__in=numbers).update(reminded_at=now)
    tasks = list(
        Task.objects.filter(pk__in=numbers).select_related("assignee", "customer").order_by("remind_at")
    )
    for listener in _listeners.values():
        listener(tasks)
    return len(claimed)


def forget(name: str) -> None:
    _listeners.pop(name, None)
