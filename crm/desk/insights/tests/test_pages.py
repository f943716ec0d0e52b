"""Pages show what was counted, count when nobody did, and never show more than one may see."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import GRANTS, Role
from crm.desk.insights import counting, reports
from crm.desk.insights.models import Figures
from crm.lib.patience import TooSlow
from customers import factories

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.fixture
def marketer() -> User:
    return people.user(Role.MARKETING)


def test_an_empty_company_has_every_page(marketer: User) -> None:
    client = as_(marketer)
    for report in reports.REPORTS:
        assert "Counting…" in text(client.get(report.url))
        part = text(client.get(reverse("insights:counting", args=[report.key])))
        assert "Counted just now" in part
        assert "Counting…" not in text(client.get(report.url))


def test_a_page_costs_few_queries_once_counted(marketer: User, django_assert_max_num_queries: Any) -> None:
    client = as_(marketer)
    counting.sweep()
    client.get(reverse("insights:overview"))
    with django_assert_max_num_queries(5):
        client.get(reverse("insights:overview"))


def test_who_sees_a_part_gets_figures_of_that_part() -> None:
    first, second = people.user(Role.SALES), people.user(Role.SALES)
    factories.customer(owner=first, country="CN", province="四川")
    counting.sweep()
    for user, number in ((first, 1), (second, 0)):
        client = as_(user)
        client.get(reverse("insights:counting", args=["spread"]))
        page = client.get(reverse("insights:spread"))
        assert "only customers you may see" in text(page)
        sichuan = next(one for one in page.context["map"] if one["name"] == "Sichuan")
        assert sichuan["text"] == str(number)


def test_whoever_may_look_sees_orders_and_scores_as_far_as_customers() -> None:
    """Else the figures of one reach would say something of another."""
    for grants in GRANTS.values():
        if "insight" in grants:
            reaches = {grants[name]["view"] for name in ("insight", "customer", "order", "score")}
            assert len(reaches) == 1


def test_others_learn_nothing() -> None:
    client = as_(people.user(Role.ADMIN))
    assert client.get(reverse("insights:overview")).status_code == 404
    assert as_(people.user(Role.SALES)).get(table("spread", "provinces")).status_code == 404


def test_old_figures_of_a_part_are_shown_while_new_ones_are_counted() -> None:
    user = people.user(Role.SALES)
    client = as_(user)
    client.get(reverse("insights:counting", args=["overview"]))
    Figures.objects.update(counted_at=timezone.now() - timedelta(hours=2))
    assert "Counted 2 h ago" in text(client.get(reverse("insights:overview")))
    assert "Counted just now" in text(client.get(reverse("insights:counting", args=["overview"])))


def test_what_takes_long_is_left_to_a_worker(marketer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SOON", 0.001)
    monkeypatch.setattr(counting, "count", _impatient(counting.count))
    part = text(as_(marketer).get(reverse("insights:counting", args=["overview"])))
    assert "Counting…" in part
    assert "delay:3s" in part
    monkeypatch.undo()
    counting.sweep()
    assert Figures.objects.get(page="overview").counted_at


def _impatient(count: Any) -> Any:
    def counted(figures: Figures, patience: int) -> bool:
        if patience < 1:
            raise TooSlow
        return bool(count(figures, patience))

    return counted


def test_a_sweep_counts_what_is_due_once_and_leaves_what_somebody_holds() -> None:
    counting.sweep()
    before = dict(Figures.objects.values_list("page", "counted_at"))
    assert set(before) == set(reports.KEYS)
    Figures.objects.filter(page="overview").update(due_at=timezone.now() - timedelta(minutes=1))
    held = timezone.now() + timedelta(minutes=1)
    Figures.objects.filter(page="cohorts").update(due_at=timezone.now(), lease_until=held)
    counting.sweep()
    after = dict(Figures.objects.values_list("page", "counted_at"))
    assert {page for page in before if before[page] != after[page]} == {"overview"}


def test_figures_of_people_who_left_are_forgotten() -> None:
    user = people.user(Role.SALES)
    as_(user).get(reverse("insights:counting", args=["overview"]))
    assert Figures.objects.filter(user=user).exists()
    User.objects.filter(pk=user.pk).update(is_active=False)
    counting.sweep()
    assert not Figures.objects.filter(user=user).exists()


def test_a_table_as_a_file(marketer: User) -> None:
    factories.customer(country="US")
    rows = downloaded(as_(marketer).get(table("spread", "countries")))
    assert rows == [
        ["Country", "Customers", "With orders", "Spent", "Each buyer"],
        ["United States", "1", "0", "0", ""],
    ]
    assert as_(marketer).get(table("spread", "nothing")).status_code == 404
    assert as_(marketer).get(table("nothing", "countries")).status_code == 404


def test_every_table_can_be_downloaded(marketer: User) -> None:
    counting.sweep()
    for report in reports.REPORTS:
        data = Figures.objects.get(page=report.key).data
        for sheet in report.show(data, {})[0]:
            assert downloaded(as_(marketer).get(table(report.key, sheet.key)))[0] == list(sheet.head)


def table(page: str, sheet: str) -> str:
    return reverse("insights:table", args=[page, sheet])


def downloaded(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    return list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
