"""Tasks as programs read and write them."""

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.api.tests.caller import Caller
from customers import factories
from customers.tasks.models import Task
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def test_a_program_makes_a_task_and_says_that_it_is_done(api: Caller) -> None:
    customer = factories.customer()
    made = api.post("tasks", {"title": "Call back", "due_on": "2026-12-01", "customer": customer.pk})
    assert (made.status, made.data["assignee"]) == (201, api.user.username)

    path = f"tasks/{made.data['id']}/completion"
    assert [api.put(path, {}).data["state"] for _ in range(2)] == ["done", "done"]
    assert Entry.objects.filter(kind="task.done").count() == 1
    assert api.get(f"tasks?customer={customer.pk}&state=open").data["items"] == []


def test_tasks_of_strangers_are_not_there(api: Caller) -> None:
    task = api.post("tasks", {"title": "Call back", "due_on": "2026-12-01"}).data["id"]
    stranger = Caller(people.user(Role.SALES))
    assert stranger.get(f"tasks/{task}").status == 404
    assert stranger.put(f"tasks/{task}/completion", {}).status == 404
    assert Task.objects.open().count() == 1


WRONG: list[dict[str, object]] = [
    {"due_on": "soon"},
    {"due_on": "0001-01-01"},
    {"customer": 999999},
    {"assignee": "nobody"},
    {"title": " "},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_cannot_be_is_refused(api: Caller, wrong: dict[str, object]) -> None:
    assert api.post("tasks", {"title": "Call", "due_on": "2026-12-01", **wrong}).status in (404, 422)
    assert not Task.objects.exists()
