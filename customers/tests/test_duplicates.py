"""POST /customers/duplicates/"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.matching import records
from customers.models import Customer

pytestmark = pytest.mark.django_db
URL = "/customers/duplicates/"


def test_own_customers_are_linked_and_others_told_by_team(as_seller: Client, seller: User) -> None:
    mine = factories.customer(name="Mine", owner=seller)
    hidden = factories.customer(name="Hidden", team=people.team("South"))
    for one in (mine, hidden):
        factories.identity(one, "phone", "+8613812345678")

    part = as_seller.post(URL, {"phone": "138-1234-5678"}).content.decode()

    assert f"/customers/{mine.pk}/" in part
    assert "South" in part
    assert "Hidden" not in part


def test_the_customer_being_edited_is_not_its_own_double(as_seller: Client, seller: User) -> None:
    mine = factories.customer(name="Mine", owner=seller)
    factories.identity(mine, "email", "a@example.com")

    assert as_seller.post(URL, {"email": "A@example.com", "beside": mine.pk}).content.strip() == b""


@pytest.mark.parametrize("typed", ["", "138", "nonsense", "x" * 5000, "\x00"])
def test_half_a_number_is_no_error(as_seller: Client, typed: str) -> None:
    assert as_seller.post(URL, {"phone": typed, "email": typed, "beside": typed}).status_code == 200


def test_deleted_and_detached_are_not_mentioned(as_operator: Client) -> None:
    gone = factories.customer(deleted_at=timezone.now())
    factories.identity(gone, "phone", "+8613812345678")
    factories.identity(factories.customer(), "phone", "+8613812345678", detached_at=timezone.now())

    assert as_operator.post(URL, {"phone": "13812345678"}).content.strip() == b""


def test_a_switchboard_of_hundreds_costs_five_queries(
    as_operator: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        factories.identity(factories.customer(), "phone", "+8613812345678")
    as_operator.post(URL)

    with django_assert_max_num_queries(5):
        part = as_operator.post(URL, {"phone": "13812345678"}).content.decode()

    assert part.count("<li") == 5


def test_a_stranger_gets_404(client: Client) -> None:
    client.force_login(people.user(Role.MARKETING))

    assert client.post(URL, {"phone": "13812345678"}).status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Xiaoming Wang", "city": "Shanghai"},
        {"name": "王 小明", "birthday": "1985/3/8"},
        {"name": "王小明", "company": "华兴贸易"},
    ],
)
def test_who_is_similar_is_said_as_well(as_seller: Client, seller: User, typed: dict[str, str]) -> None:
    for who in ({"owner": seller}, {"team": people.team("South")}):
        known = factories.customer(
            name="王小明", city="上海", birthday=date(1985, 3, 8), company="华兴贸易", **who
        )
        factories.identity(known, "number", f"C-{known.pk}")
        records.refresh([known.pk])

    part = as_seller.post(URL, typed).content.decode()

    assert part.count("<li") == 1
    assert "王小明" in part
    assert "South" in part


def test_who_has_the_same_phone_is_not_said_twice(as_seller: Client, seller: User) -> None:
    mine = factories.customer(name="王小明", city="上海", owner=seller)
    factories.identity(mine, "phone", "+8613812345678")
    records.refresh([mine.pk])

    part = as_seller.post(URL, {"name": "王小明", "city": "上海", "phone": "13812345678"}).content.decode()

    assert part.count("<li") == 1


def test_similar_customers_never_stop_anybody(as_seller: Client, seller: User) -> None:
    known = factories.customer(name="王小明", city="上海", owner=seller)
    factories.identity(known, "number", "C-1")
    records.refresh([known.pk])

    as_seller.post("/customers/new/", {"kind": "person", "name": "王小明", "city": "上海"})

    assert Customer.objects.filter(name="王小明").count() == 2


def test_a_hint_costs_few_queries_however_many_share_the_name(
    as_operator: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        namesake = factories.customer(name="王小明", city="上海")
        factories.identity(namesake, "number", f"C-{number}")
        records.refresh([namesake.pk])
    as_operator.post(URL)

    with django_assert_max_num_queries(12):
        part = as_operator.post(
            URL, {"name": "王小明", "city": "上海", "phone": "13812345678"}
        ).content.decode()

    assert part.count("<li") == 5
