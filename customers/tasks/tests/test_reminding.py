"""Each reminder comes once, and a task shows itself until it was seen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts.models import User
from customers import factories
from customers.tasks import reminding, services
from customers.tasks.models import Task

pytestmark = pytest.mark.django_db


def due_now(user: User, **fields: object) -> Task:
    return factories.task(user, remind_before=0, remind_at=timezone.now() - timedelta(minutes=1), **fields)


def titles(user: User) -> list[str]:
    return [task.title for task in reminding.raised(user)]


def test_one_is_reminded_once(seller: User) -> None:
    due_now(seller, title="now")
    factories.task(seller, remind_before=0, remind_at=timezone.now() + timedelta(hours=1))

    assert (reminding.sweep(), reminding.sweep()) == (1, 0)
    assert titles(seller) == ["now"]


def test_of_what_is_closed_nobody_is_reminded(seller: User) -> None:
    services.complete(due_now(seller), by=seller)

    assert reminding.sweep() == 0


def test_a_task_given_by_somebody_else_shows_itself(seller: User, colleague: User) -> None:
    fields = {"title": "Help me", "customer": None, "due_on": timezone.localdate()}
    services.create(fields | {"assignee": colleague}, by=seller)
    task = services.create(fields | {"assignee": seller}, by=seller)

    assert (titles(colleague), titles(seller)) == (["Help me"], [])
    services.update(task, {"assignee": colleague, "customer": None}, by=seller)
    assert len(titles(colleague)) == 2


def test_what_was_seen_goes_and_putting_off_reminds_again(as_seller: Client, seller: User) -> None:
    first, second = due_now(seller, title="first"), due_now(seller, title="second")
    reminding.sweep()
    assert "first" in as_seller.get("/tasks/raised/").content.decode()
    as_seller.post("/tasks/raised/attention/", {"task": first.pk})
    assert titles(seller) == ["second"]
    services.snooze(second, timezone.localdate() + timedelta(days=1), by=seller)
    assert titles(seller) == []
    Task.objects.update(remind_at=timezone.now())
    assert reminding.sweep() == 1
    as_seller.post("/tasks/raised/attention/")
    assert titles(seller) == []


def test_a_colleagues_reminder_is_not_mine_to_dismiss(as_seller: Client, colleague: User) -> None:
    task = due_now(colleague)
    reminding.sweep()

    assert as_seller.post("/tasks/raised/attention/", {"task": task.pk}).status_code == 404
    as_seller.post("/tasks/raised/attention/")
    assert titles(colleague) == [task.title]
