"""A colleague's tasks by month or week."""

from dataclasses import replace
from itertools import groupby

from crm.accounts.models import User
from crm.lib import calendars
from crm.lib.calendars import Calendar
from customers.tasks.days import own
from customers.tasks.models import Task

# Tasks shown in a cell; the others are behind a link to their week.
SHOWN = {"month": 4, "week": 40}
MOST = 1000


def of(user: User, reader: User, span: str, on: str) -> Calendar:
    """`user`'s calendar as far as `reader` may see it."""
    grid = calendars.read(span, on)
    rows = Task.objects.visible_to(reader) if user != reader else own(user)
    shown = rows.filter(assignee=user, due_on__gte=grid.start, due_on__lt=grid.end)
    shown = shown.exclude(state=Task.State.CANCELLED).select_related("customer").in_order()
    tasks = {day: list(same) for day, same in groupby(shown[:MOST], key=lambda task: task.due_on)}
    return replace(grid, weeks=calendars.weeks(grid, tasks, SHOWN[grid.span]))
