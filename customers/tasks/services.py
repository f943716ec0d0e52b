"""What people do with tasks: create, change, finish, take back, put off, hand over; and log a follow-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from customers.models import Customer
from customers.tasks import due
from customers.tasks.models import Task, TaskQuerySet
from customers.timeline import services as timeline
from customers.timeline.models import Entry

State = Task.State
# What happened, as the timeline knows it: kind and channel.
HAPPENED = {
    "call": ("call", Entry.Channel.PHONE),
    "visit": ("visit", Entry.Channel.STORE),
    "meeting": ("meeting", Entry.Channel.STAFF),
    "email": ("email", Entry.Channel.EMAIL),
    "wechat": ("message", Entry.Channel.WECHAT),
    "note": ("note", Entry.Channel.STAFF),
}
# A reminder follows from these.
TIMING = ("due_on", "due_at", "remind_before")


@dataclass(frozen=True)
class HandedOver:
    moved: int
    kept: int


@transaction.atomic
def create(fields: Mapping[str, Any], *, by: User) -> Task:
    task = Task(created_by=by, **fields)
    _may_be_done_by(task.assignee, task.customer)
    task.repeat_from = task.due_on if task.repeat else None
    task.remind_at = due.reminder(task.due_on, task.due_at, task.remind_before)
    task.raised_at = None if task.assignee == by else timezone.now()
    task.save(force_insert=True)
    return task


@transaction.atomic
def update(task: Task, fields: Mapping[str, Any], *, by: User) -> Task:
    current = Task.objects.select_for_update().get(pk=task.pk)
    if not current.is_open:
        raise Refused(_("This task is closed. Open it again to change it."))
    changed = {name: value for name, value in fields.items() if getattr(current, name) != value}
    if {"assignee", "customer"} & changed.keys():
        _may_be_done_by(fields["assignee"], fields["customer"])
    for name, value in changed.items():
        setattr(current, name, value)
    if {"due_on", "repeat"} & changed.keys():
        current.repeat_from = current.due_on if current.repeat else None
    if changed.keys() & set(TIMING):
        _wind(current)
    if "assignee" in changed:
        current.raised_at = None if current.assignee == by else timezone.now()
    current.save()
    if "assignee" in changed:
        audit.record("task.assigned", current, by=by, assignee=current.assignee_id)
    return current


@transaction.atomic
def complete(task: Task, *, by: User) -> Task | None:
    """Done. What repeats comes back at once: answers the next one of the series."""
    _close(task, State.DONE, by=by)
    _tell(task, "task.done", by=by)
    return _repeat(task, by=by)


@transaction.atomic
def cancel(task: Task, *, by: User) -> None:
    """Will not be done; a series ends with it."""
    _close(task, State.CANCELLED, by=by)


@transaction.atomic
def reopen(task: Task, *, by: User) -> None:
    """Takes a completion or cancellation back, and the next of the series with it unless that moved on."""
    closed = Task.objects.filter(pk=task.pk).exclude(state=State.OPEN)
    was_done = task.is_done
    if not closed.update(state=State.OPEN, closed_at=None, closed_by=None):
        raise Refused(_("This task is open already."))
    Task.objects.open().filter(follows=task).delete()
    if was_done:
        _tell(task, "task.reopened", by=by)


@transaction.atomic
def snooze(task: Task, until: date, *, by: User) -> None:
    """Puts a task off to another day, at the same hour."""
    if until < timezone.localdate():
        raise BadInput(_("Choose a day that is still to come."))
    current = Task.objects.open().select_for_update().filter(pk=task.pk).first()
    if current is None:
        raise Refused(_("This task is closed. Open it again to change it."))
    current.due_at = due.moved(current.due_at, until)
    current.due_on = until
    _wind(current)
    current.save(update_fields=["due_on", "due_at", "remind_at", "reminded_at", "raised_at"])


@transaction.atomic
def hand_over(leaving: User, to: User, *, by: User) -> HandedOver:
    """Gives all open tasks of a colleague to another, except on customers the other may not see."""
    if leaving == to:
        raise BadInput(_("Choose two different colleagues."))
    if not to.is_active or not to.may("task", "edit"):
        raise Refused(_("%(name)s cannot do tasks.") % {"name": to})
    rows = Task.objects.visible_to(by, "edit").open().filter(assignee=leaving)
    seen = Exists(Customer.objects.visible_to(to).filter(pk=OuterRef("customer")))
    moved = rows.filter(Q(customer=None) | seen).update(assignee=to, raised_at=timezone.now())
    kept = rows.count()
    audit.record("tasks.handed_over", leaving, by=by, to=to.pk, moved=moved, kept=kept)
    return HandedOver(moved, kept)


@transaction.atomic
def follow_up(
    customer: Customer, *, happened: str, text: str, step: Mapping[str, Any], done: Task | None, by: User
) -> Task | None:
    """What happened and what comes next, together or not at all. `done` is the task this was."""
    kind, channel = HAPPENED[happened]
    talk = kind != "note"
    timeline.record(
        customer,
        kind,
        summary=done.title if done else "",
        channel=channel,
        direction=Entry.Direction.OUT if talk else Entry.Direction.NONE,
        body=text,
        by=by,
    )
    if done is not None:
        _close(done, State.DONE, by=by)
        _repeat(done, by=by)
    return create({**step, "customer": customer}, by=by) if step else None


def next_steps(customer: Customer) -> TaskQuerySet:
    return Task.objects.open().filter(customer=customer).select_related("assignee").in_order()


def _close(task: Task, state: Task.State, *, by: User) -> None:
    here = Task.objects.open().filter(pk=task.pk)
    if not here.update(state=state, closed_at=timezone.now(), closed_by=by):
        raise Refused(_("This task was already closed."))
    task.refresh_from_db(fields=["state", "closed_at", "closed_by"])


def _repeat(task: Task, *, by: User) -> Task | None:
    if not task.repeat:
        return None
    start = task.repeat_from or task.due_on
    day = due.after(task.repeat, start, max(task.due_on, timezone.localdate()))
    again = Task(follows=task, due_on=day, due_at=due.moved(task.due_at, day), created_by=task.created_by)
    for name in ("title", "kind", "note", "customer_id", "assignee_id", "priority", "remind_before"):
        setattr(again, name, getattr(task, name))
    again.repeat, again.repeat_from = task.repeat, task.repeat_from
    again.remind_at = due.reminder(again.due_on, again.due_at, again.remind_before)
    again.save(force_insert=True)
    return again


def _wind(task: Task) -> None:
    """Sets the reminder anew."""
    task.remind_at = due.reminder(task.due_on, task.due_at, task.remind_before)
    task.reminded_at = task.raised_at = None


def _tell(task: Task, kind: str, *, by: User) -> None:
    if task.customer is not None:
        timeline.record(task.customer, kind, summary=task.title, by=by, task=task.pk)


def _may_be_done_by(assignee: User, customer: Customer | None) -> None:
    if customer is None:
        return
    if not Customer.objects.visible_to(assignee).filter(pk=customer.pk).exists():
        raise Refused(_("%(name)s may not see this customer and could not do the task.") % {"name": assignee})
