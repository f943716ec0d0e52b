"""Each reminder comes once."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.accounts.models import User
from customers import factories
from customers.tasks import reminding, services
from customers.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[str]]:
    titles: list[str] = []
    reminding.listen("test", lambda tasks: titles.extend(task.title for task in tasks))
    yield titles
    reminding.forget("test")


def due_now(user: User, **fields: object) -> Task:
    return factories.task(user, remind_before=0, remind_at=timezone.now() - timedelta(minutes=1), **fields)


def test_one_is_reminded_once(seller: User, heard: list[str]) -> None:
    due_now(seller, title="now")
    factories.task(seller, remind_before=0, remind_at=timezone.now() + timedelta(hours=1))

    assert (reminding.sweep(), reminding.sweep()) == (1, 0)
    assert heard == ["now"]


def test_of_what_is_closed_nobody_is_reminded(seller: User, heard: list[str]) -> None:
    services.complete(due_now(seller), by=seller)

    assert reminding.sweep() == 0
    assert heard == []


def test_a_death_in_the_middle_loses_no_reminder(seller: User, heard: list[str]) -> None:
    def die(tasks: Sequence[Task]) -> None:
        raise SystemExit

    due_now(seller, title="now")
    reminding.listen("dies", die)
    try:
        with pytest.raises(SystemExit):
            reminding.sweep()
    finally:
        reminding.forget("dies")
    heard.clear()
    assert reminding.sweep() == 1
    assert heard == ["now"]
