"""My day: what is overdue, what today brings, what comes next; a few of them also on the home page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.lib import blocks
from crm.lib.templatetags.ui import day_name
from customers.tasks.models import Task, TaskQuerySet

AHEAD = timedelta(days=7)
# Whoever has more in a week than this reads the list instead.
MOST = 200
AT_HOME = 6


@dataclass(frozen=True)
class Group:
    """`key` is "overdue" or the day; what has several days says the day beside each task."""

    key: str
    label: str
    tasks: Sequence[Task]

    @property
    def is_overdue(self) -> bool:
        return self.key == "overdue"


@dataclass(frozen=True)
class Day:
    groups: Sequence[Group]
    done: Sequence[Task]
    is_cut: bool

    @property
    def counts(self) -> dict[str, int]:
        return {group.key: len(group.tasks) for group in self.groups}


def register() -> None:
    blocks.register(
        blocks.Block(
            "tasks", gettext_lazy("My day"), "tasks/_home.html", at_home, needs=("task", "view"), order=10
        )
    )


def of(user: User, *, ahead: timedelta = AHEAD) -> Day:
    """Their tasks until some days ahead, and what they did today."""
    today = timezone.localdate()
    rows = own(user).open().filter(due_on__lte=today + ahead).in_order()
    tasks = list(rows[: MOST + 1])
    groups = [
        Group(key, label_of(key), list(same))
        for key, same in groupby(tasks[:MOST], key=lambda one: key_of(one, today))
    ]
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = own(user).done().filter(closed_at__gte=midnight).order_by("-closed_at", "-pk")
    return Day(groups, list(done[:20]), len(tasks) > MOST)


def own(user: User) -> TaskQuerySet:
    return Task.objects.visible_to(user).filter(assignee=user).select_related("customer", "assignee")


def key_of(task: Task, today: date) -> str:
    return "overdue" if task.due_on < today else task.due_on.isoformat()


def label_of(key: str) -> str:
    return _("Overdue") if key == "overdue" else day_name(date.fromisoformat(key))


def at_home(request: Any) -> Mapping[str, Any] | None:
    """What is overdue or due today, the first few of them; None for whoever has no tasks at all."""
    today = timezone.localdate()
    rows = own(request.user).open().filter(due_on__lte=today).in_order()
    tasks = list(rows[: AT_HOME + 1])
    if not tasks and not Task.objects.filter(assignee=request.user).exists():
        return None
    return {"tasks": tasks[:AT_HOME], "has_more": len(tasks) > AT_HOME, "today": today}
