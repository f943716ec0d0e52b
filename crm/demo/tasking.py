"""What the colleagues have promised to do, are late with, and have done these weeks."""

from datetime import date, datetime, time, timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from crm.accounts.models import User
from crm.demo.company import Staff
from crm.demo.dice import dice
from crm.demo.words.errands import CHINESE, ENGLISH, OWN, Errand
from customers.models import Customer
from customers.tasks import contacts, due
from customers.tasks.models import Task
from customers.timeline.models import Entry

OPEN, DONE = 14, 12
# Most of what is open lies ahead; a little of it is late.
FIRST_DAY, LAST_DAY = -3, 12
BACK = 25
HOURS = (9, 10, 11, 14, 15, 16, 17)
WESTERN = ("olivia", "lucas", "maya")
TOUCH = """
    UPDATE customers_customer AS customer SET touched_at = told.at
    FROM (SELECT customer_id, max(occurred_at) AS at FROM timeline_entry
          WHERE kind = 'task.done' GROUP BY customer_id) AS told
    WHERE customer.id = told.customer_id AND customer.touched_at < told.at
"""


def plan(staff: Staff, *, seed: int, until: datetime) -> None:
    """Tasks for everybody who looks after customers, and the last contacts of all customers."""
    contacts.sweep()
    users = {user.pk: user for user in User.objects.filter(pk__in=staff.users.values())}
    sellers = {pk for team in staff.sellers.values() for pk in team}
    western = {staff.users[username] for username in WESTERN}
    tasks: list[Task] = []
    for pk in sorted(sellers):
        owned = Customer.objects.present().filter(owner=pk).order_by("-touched_at", "-pk")
        customers = list(owned[: OPEN + DONE])
        rng = dice(seed, f"tasks {users[pk].username}")
        tasks += _work(rng, users[pk], customers, ENGLISH if pk in western else CHINESE, until)
    for number, pk in enumerate(sorted(staff.users.values())):
        tasks += _own_work(users[pk], number, until) if users[pk].may("task", "edit") else []
    Task.objects.bulk_create(tasks, batch_size=1000)
    _tell(tasks)


def _work(
    rng: np.random.Generator, user: User, customers: list[Customer], errands: list[Errand], until: datetime
) -> list[Task]:
    today = timezone.localtime(until).date()
    order = rng.permutation(len(errands) * (len(customers) // len(errands) + 1)) % len(errands)
    made = []
    for place, customer in enumerate(customers):
        errand = errands[order[place]]
        task = Task(customer=customer, assignee=user, created_by=user, title=errand.title, kind=errand.kind)
        task.priority = int(rng.choice([1, 2, 2, 2, 3]))
        if place < OPEN:
            away = int(rng.integers(FIRST_DAY, LAST_DAY)) if place > 3 else 0
            _set_due(task, today + timedelta(days=away), int(rng.choice(HOURS)) if place % 2 else None)
        else:
            _set_due(task, today - timedelta(days=int(rng.integers(1, BACK))), None)
            _close(task, int(rng.choice(HOURS)), until)
        task.created_at = min(until, due.moment(task.due_on - timedelta(days=5), time(10)))
        made.append(task)
    return made


def _own_work(user: User, number: int, until: datetime) -> list[Task]:
    """What has nothing to do with a customer, such as the weekly report."""
    title = OWN[number % len(OWN)]
    friday = until.date() + timedelta(days=(4 - until.weekday()) % 7)
    task = Task(assignee=user, created_by=user, title=title, repeat=Task.Repeat.WEEKLY, repeat_from=friday)
    _set_due(task, friday, None)
    return [task]


def _set_due(task: Task, day: date, hour: int | None) -> None:
    task.due_on = day
    task.due_at = due.moment(day, time(hour)) if hour else None
    task.remind_before = 10 if hour else None
    task.remind_at = due.reminder(day, task.due_at, task.remind_before)
    if task.remind_at and task.remind_at < timezone.now():
        task.reminded_at = task.remind_at


def _close(task: Task, hour: int, until: datetime) -> None:
    task.state, task.closed_by = Task.State.DONE, task.assignee
    task.closed_at = min(until, due.moment(task.due_on, time(hour)))


def _tell(tasks: list[Task]) -> None:
    """Done tasks stand on the timeline of their customer."""
    Entry.objects.bulk_create(
        [
            Entry(
                customer_id=task.customer_id,
                kind="task.done",
                channel=Entry.Channel.STAFF,
                occurred_at=task.closed_at or task.created_at,
                summary=task.title,
                actor=task.assignee,
                source="staff",
                source_id=f"task-{task.pk}",
                data={"task": task.pk},
            )
            for task in tasks
            if task.is_done and task.customer_id
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute(TOUCH)
