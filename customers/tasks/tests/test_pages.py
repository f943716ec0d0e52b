"""The pages of tasks: my day, the list, the form, the follow-up, the team."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.tasks.models import Task
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def fields(user: User, **more: object) -> dict[str, Any]:
    usual = {"title": "Call back", "kind": "call", "assignee": user.pk, "priority": 2, "customer": ""}
    return usual | {"due_on": timezone.localdate().isoformat(), "due_time": "", "remind_before": ""} | more


def test_my_day_sorts_by_urgency(as_seller: Client, seller: User, colleague: User) -> None:
    today = timezone.localdate()
    for title, days in (("next", 1), ("now", 0), ("late", -1), ("far", 30)):
        factories.task(seller, title=title, due_on=today + timedelta(days=days))
    factories.task(colleague, title="theirs")
    text = as_seller.get("/tasks/").content.decode()

    assert text.index(">late<") < text.index(">now<") < text.index(">next<")
    assert ">far<" not in text
    assert ">theirs<" not in text


@pytest.mark.parametrize("path", ["/tasks/", "/tasks/list/"])
def test_a_list_of_tasks_costs_few_queries(
    as_seller: Client, seller: User, path: str, django_assert_max_num_queries: Any
) -> None:
    for _number in range(6):
        factories.task(seller, customer=factories.customer(owner=seller))
    as_seller.get(path)
    with django_assert_max_num_queries(6):
        as_seller.get(path)


def test_home_shows_what_is_due(as_seller: Client, seller: User) -> None:
    assert "block-tasks" not in as_seller.get("/").content.decode()
    factories.task(seller, title="Ring the mill")
    assert "Ring the mill" in as_seller.get("/").content.decode()


def test_a_task_is_written_and_changed(as_seller: Client, seller: User) -> None:
    customer = factories.customer(owner=seller)
    page = as_seller.get("/tasks/new/", {"customer": customer.pk}).content.decode()
    assert f'value="{customer.pk}" checked' in page
    more = {"customer": customer.pk, "due_time": "14:30", "remind_before": "60", "repeat": "weekly"}
    assert as_seller.post("/tasks/new/", fields(seller, **more)).status_code == 302
    task = Task.objects.get()
    assert task.due_at
    assert task.remind_at == task.due_at - timedelta(hours=1)
    assert (task.customer, task.created_by, task.repeat_from) == (customer, seller, task.due_on)

    saved = as_seller.post(f"/tasks/{task.pk}/", fields(seller, title="Write"), headers=HTMX)
    assert (saved.status_code, "closes" in saved["HX-Trigger"]) == (204, True)
    task.refresh_from_db()
    assert task.title == "Write"
    assert [task.due_at, task.remind_at, task.repeat_from] == [None] * 3


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"due_on": "9999-01-01"}, {"due_on": "never"}, {"kind": "x"}, {"remind_before": "7"}],
)
def test_what_is_wrong_is_said_in_the_form(as_seller: Client, seller: User, wrong: dict[str, str]) -> None:
    assert as_seller.post("/tasks/new/", fields(seller, **wrong)).status_code == 422
    assert not Task.objects.exists()


def test_neither_customers_nor_colleagues_out_of_reach_can_be_chosen(as_seller: Client, seller: User) -> None:
    stranger, customer = people.user(Role.SALES), factories.customer()

    assert as_seller.post("/tasks/new/", fields(stranger)).status_code == 422
    assert as_seller.post("/tasks/new/", fields(seller, customer=customer.pk)).status_code == 422


def test_customers_are_offered_while_typing(as_seller: Client, seller: User) -> None:
    factories.found(name="王小明", owner=seller)
    factories.found(name="王小虎")
    text = as_seller.get("/tasks/customers/", {"customer_name": "wxm"}).content.decode()

    assert ("王小明" in text, "王小虎" in text) == (True, False)


def test_one_click_completes_and_another_takes_it_back(as_seller: Client, seller: User) -> None:
    task = factories.task(seller)
    answer = as_seller.post(f"/tasks/{task.pk}/completion/", headers=HTMX)
    assert f"/tasks/{task.pk}/reopening/" in answer.content.decode()
    assert as_seller.post(f"/tasks/{task.pk}/completion/", headers=HTMX).status_code == 409
    assert as_seller.post(f"/tasks/{task.pk}/reopening/").status_code == 302
    assert Task.objects.open().get() == task


def test_putting_off_and_cancelling(as_seller: Client, seller: User) -> None:
    task, day = factories.task(seller), timezone.localdate() + timedelta(days=3)
    assert as_seller.post(f"/tasks/{task.pk}/snooze/", {"until": day}).status_code == 302
    assert Task.objects.get().due_on == day
    assert as_seller.post(f"/tasks/{task.pk}/snooze/", {"until": "x"}).status_code == 400
    answer = as_seller.post(f"/tasks/{task.pk}/cancellation/", headers=HTMX)
    assert "reopening" in answer["HX-Trigger"]
    assert Task.objects.get().state == "cancelled"


def test_a_task_is_put_off_or_brought_forward_and_it_says_which(as_seller: Client, seller: User) -> None:
    task, today = factories.task(seller), timezone.localdate()

    def said(days: int) -> str:
        until = {"until": today + timedelta(days=days)}
        return str(as_seller.post(f"/tasks/{task.pk}/snooze/", until, headers=HTMX)["HX-Trigger"])

    assert "Put off" in said(3)
    assert "Brought forward" in said(1)


def test_tasks_of_others_do_not_exist(as_seller: Client, colleague: User) -> None:
    task = factories.task(colleague)

    assert as_seller.get(f"/tasks/{task.pk}/").status_code == 404
    for verb in ("completion", "reopening", "cancellation", "snooze"):
        assert as_seller.post(f"/tasks/{task.pk}/{verb}/").status_code == 404


def test_a_follow_up_is_logged_from_the_customers_page(as_seller: Client, seller: User) -> None:
    customer = factories.customer(owner=seller)
    old = factories.task(seller, customer=customer, title="Old promise")
    path = f"/tasks/customers/{customer.pk}/"
    assert "Old promise" in as_seller.get(path).content.decode()
    told = {"happened": "call", "text": "They want ten.", "kind": "call", "done": old.pk}
    assert as_seller.post(path, told | {"title": "Send it"}).status_code == 422
    assert not Entry.objects.exists()
    day = timezone.localdate() + timedelta(days=2)
    assert (
        as_seller.post(path, told | {"title": "Send it", "due_on": day, "due_time": "9:30"}).status_code
        == 302
    )

    assert Entry.objects.get().body == "They want ten."
    assert [task.title for task in Task.objects.open()] == ["Send it"]
    assert as_seller.post(path, {"happened": "note", "text": "Bye.", "kind": "call"}).status_code == 302
    assert Task.objects.open().count() == 1


def test_follow_ups_need_the_right_to_edit_the_customer(client: Client, as_seller: Client) -> None:
    customer = factories.customer()
    assert as_seller.get(f"/tasks/customers/{customer.pk}/").status_code == 404
    client.force_login(people.user(Role.MARKETING))
    assert client.get(f"/tasks/customers/{customer.pk}/").status_code == 404


def test_the_panel_and_the_head_show_the_next_step(as_seller: Client, seller: User) -> None:
    customer = factories.customer(owner=seller)
    factories.task(seller, customer=customer, title="Send the quote")

    assert "Send the quote" in as_seller.get(f"/customers/{customer.pk}/").content.decode()
    panel = as_seller.get(f"/customers/{customer.pk}/panels/tasks/", headers=HTMX).content.decode()
    assert "Never contacted" in panel
    assert 'hx-swap-oob="true"' in panel


def test_the_list_is_narrowed(as_seller: Client, seller: User, colleague: User) -> None:
    late = timezone.localdate() - timedelta(days=2)
    factories.task(seller, title="late", due_on=late, kind="call")
    factories.task(seller, title="soon")
    factories.task(colleague, title="given", created_by=seller)

    def text(**query: str) -> str:
        return as_seller.get("/tasks/list/", query).content.decode()

    assert ">soon<" not in text(when="overdue")
    assert ">late<" in text(when="overdue", kind="call")
    assert (">given<" in text(who="given"), ">given<" in text()) == (True, False)
    for query in ({"who": str(colleague.pk)}, {"who": "all"}, {"when": "x"}, {"kind": "x"}, {"cursor": "x"}):
        assert as_seller.get("/tasks/list/", query).status_code == 400


def test_done_tasks_are_listed_newest_first_over_pages(as_seller: Client, seller: User) -> None:
    now = timezone.now()
    Task.objects.bulk_create(
        Task(
            title=f"done {number:03}",
            assignee=seller,
            due_on=now,
            state="done",
            closed_at=now - timedelta(minutes=number),
            closed_by=seller,
        )
        for number in range(60)
    )
    first = as_seller.get("/tasks/list/", {"when": "done"})
    assert "done 049" in first.content.decode()
    cursor = first.context["listing"].page.next
    assert "done 050" in as_seller.get("/tasks/list/", {"when": "done", "cursor": cursor}).content.decode()


def test_a_manager_sees_the_day_of_each_colleague(client: Client, manager: User, seller: User) -> None:
    customer = factories.customer(owner=seller, team=seller.teams.get())
    factories.task(seller, due_on=timezone.localdate() - timedelta(days=1), customer=customer)
    factories.task(seller)
    factories.entry(customer, kind="call", channel="phone", direction="out", actor=seller)
    outsider = people.user(Role.SALES, name="Outsider")
    factories.task(outsider)
    client.force_login(manager)
    response = client.get("/tasks/team/")
    (row,) = (one for one in response.context["people"] if one.user == seller)

    assert (row.overdue, row.today, row.done, row.contacts) == (1, 1, 0, 1)
    assert "Outsider" not in response.content.decode()


def test_the_team_costs_the_same_for_many(
    client: Client, manager: User, seller: User, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        factories.task(people.user(Role.SALES, teams=(seller.teams.get(),)))
    client.force_login(manager)
    client.get("/tasks/team/")
    with django_assert_max_num_queries(10):
        client.get("/tasks/team/")


def test_a_manager_hands_tasks_over(client: Client, manager: User, seller: User, colleague: User) -> None:
    task = factories.task(seller)
    client.force_login(manager)
    assert client.post("/tasks/team/handover/", {"leaving": seller.pk}).status_code == 400
    client.post("/tasks/team/handover/", {"leaving": seller.pk, "to": colleague.pk})
    assert Task.objects.get(pk=task.pk).assignee == colleague
    client.force_login(colleague)
    assert client.get("/tasks/team/").status_code == 404
