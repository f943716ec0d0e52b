"""What is done with tasks."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import BadInput, Refused
from customers import factories
from customers.models import Customer
from customers.tasks import services
from customers.tasks.models import Task
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def kinds_told(customer: Customer) -> list[str]:
    return list(Entry.objects.filter(customer=customer).order_by("pk").values_list("kind", flat=True))


def test_a_task_is_completed_once_and_the_timeline_says_so(seller: User) -> None:
    customer = factories.customer(owner=seller)
    task = factories.task(seller, customer=customer, title="Call back")
    services.complete(task, by=seller)

    assert (task.state, task.closed_by) == ("done", seller)
    assert Entry.objects.get(customer=customer).summary == "Call back"
    with pytest.raises(Refused):
        services.complete(task, by=seller)
    assert kinds_told(customer) == ["task.done"]


def test_completing_is_undone(seller: User) -> None:
    customer = factories.customer(owner=seller)
    task = factories.task(seller, customer=customer)
    services.complete(task, by=seller)
    services.reopen(task, by=seller)

    task.refresh_from_db()
    assert (task.state, task.closed_at, task.closed_by) == ("open", None, None)
    assert kinds_told(customer) == ["task.done", "task.reopened"]
    with pytest.raises(Refused):
        services.reopen(task, by=seller)


def test_what_repeats_comes_back_and_undoing_takes_it_away(seller: User) -> None:
    today = timezone.localdate()
    fields = {"title": "Report", "assignee": seller, "customer": None, "due_on": today, "repeat": "weekly"}
    task = services.create(fields, by=seller)
    again = services.complete(task, by=seller)

    assert again is not None
    assert (again.due_on, again.repeat_from, again.follows) == (today + timedelta(days=7), today, task)
    services.reopen(Task.objects.get(pk=task.pk), by=seller)
    assert list(Task.objects.all()) == [task]


def test_putting_off_keeps_the_hour_the_rhythm_and_reminds_again(seller: User) -> None:
    today = timezone.localdate()
    ten = timezone.make_aware(datetime.combine(today, datetime.min.time().replace(hour=10)))
    fields = {"title": "Report", "assignee": seller, "customer": None, "due_on": today, "due_at": ten}
    task = services.create(fields | {"repeat": "weekly", "remind_before": 60}, by=seller)
    Task.objects.update(reminded_at=timezone.now())
    services.snooze(task, tomorrow(), by=seller)

    task.refresh_from_db()
    assert (task.due_on, task.due_at) == (tomorrow(), ten + timedelta(days=1))
    assert (task.remind_at, task.reminded_at) == (ten + timedelta(hours=23), None)
    assert task.repeat_from == today
    with pytest.raises(BadInput):
        services.snooze(task, today - timedelta(days=1), by=seller)


def test_a_closed_task_is_neither_changed_nor_put_off(seller: User) -> None:
    task = factories.task(seller)
    services.cancel(task, by=seller)

    with pytest.raises(Refused):
        services.snooze(task, tomorrow(), by=seller)
    with pytest.raises(Refused):
        services.update(task, {"title": "Other"}, by=seller)


def test_nobody_gets_a_task_on_a_customer_they_may_not_see(seller: User, colleague: User) -> None:
    customer = factories.customer(owner=seller)
    task = factories.task(seller, customer=customer)

    with pytest.raises(Refused):
        services.update(task, {"assignee": colleague, "customer": customer}, by=seller)
    with pytest.raises(Refused):
        services.create(
            {"title": "Call", "assignee": colleague, "customer": customer, "due_on": tomorrow()}, by=seller
        )


def test_a_follow_up_is_one_piece(seller: User) -> None:
    customer = factories.customer(owner=seller)
    old = factories.task(seller, customer=customer, title="Ask for the order")
    step = {
        "title": "Send the quote",
        "kind": "email",
        "due_on": tomorrow(),
        "due_at": None,
        "assignee": seller,
    }
    task = services.follow_up(customer, happened="call", text="They agreed.", step=step, done=old, by=seller)

    entry = Entry.objects.get(customer=customer)
    assert (entry.kind, entry.channel, entry.direction) == ("call", "phone", "out")
    assert (entry.summary, entry.body) == ("Ask for the order", "They agreed.")
    assert task is not None
    assert (task.customer, task.title, task.due_on) == (customer, "Send the quote", tomorrow())
    old.refresh_from_db()
    assert old.state == "done"


def test_nothing_is_logged_when_the_next_step_is_refused(seller: User, colleague: User) -> None:
    customer = factories.customer(owner=seller)
    step = {"title": "Call", "kind": "call", "due_on": tomorrow(), "due_at": None, "assignee": colleague}

    with pytest.raises(Refused):
        services.follow_up(customer, happened="call", text="Hello", step=step, done=None, by=seller)
    assert kinds_told(customer) == []


def test_all_open_tasks_of_a_leaving_colleague_move(
    manager: User, seller: User, colleague: User, django_assert_max_num_queries: object
) -> None:
    shared, closed = factories.task(seller), factories.task(seller)
    services.cancel(closed, by=seller)
    kept = factories.task(seller, customer=factories.customer(owner=seller, team=seller.teams.first()))
    seller.is_active = False
    seller.save()
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        given = services.hand_over(seller, colleague, by=manager)

    assert (given.moved, given.kept) == (1, 1)
    assert Task.objects.get(pk=shared.pk).assignee == colleague
    assert {Task.objects.get(pk=pk).assignee for pk in (closed.pk, kept.pk)} == {seller}


def test_tasks_are_not_handed_to_who_cannot_do_them(manager: User, seller: User) -> None:
    with pytest.raises(Refused):
        services.hand_over(seller, people.user(Role.AUDITOR), by=manager)
    with pytest.raises(BadInput):
        services.hand_over(seller, seller, by=manager)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"state": "done"},
        {"closed_at": datetime(2026, 1, 1, tzinfo=timezone.get_fixed_timezone(0))},
        {"priority": 4},
        {"repeat": "weekly"},
        {"repeat_from": date(2026, 1, 1)},
        {"remind_before": 10},
    ],
    ids=str,
)
def test_the_database_refuses_tasks_that_cannot_be(seller: User, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.task(seller, **wrong)
