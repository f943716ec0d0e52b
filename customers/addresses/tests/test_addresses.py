"""/customers/<pk>/addresses/ and what is done there."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers import factories
from customers.addresses import services
from customers.addresses.models import Address
from customers.models import Customer
from customers.record.models import Change
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.fixture
def seller(client: Client) -> User:
    user = people.user(Role.SALES)
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return user


@pytest.fixture
def mine(seller: User) -> Customer:
    return factories.customer(name="Wang", owner=seller, address="Old Road 5", city="Wuhan")


def url(customer: Customer, rest: str = "") -> str:
    return f"/customers/{customer.pk}/addresses/{rest}"


def test_what_stands_on_the_customer_is_the_main_address(client: Client, mine: Customer) -> None:
    text = client.get(url(mine)).content.decode()

    assert "Old Road 5" in text
    assert "Main address" in text
    assert not Address.objects.exists()


def test_an_address_is_added_and_told(client: Client, mine: Customer) -> None:
    data = {
        "kind": "delivery",
        "recipient": "Zhao",
        "phone": "138 1234 5678",
        "city": "上海",
        "country": "中国",
    }

    answer = client.post(url(mine, "new/"), data, headers=PART)

    made = Address.objects.get()
    assert (made.phone, made.country, made.customer) == ("+8613812345678", "CN", mine)
    assert "addresses-changed" in answer.headers["HX-Trigger"]
    assert "138••••5678" in answer.content.decode()
    assert "13812345678" not in answer.content.decode()
    assert Entry.objects.filter(kind="address.added", customer=mine).exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"kind": "home"}, "address"),
        ({"kind": "castle", "city": "X"}, "kind"),
        ({"kind": "home", "city": "X", "phone": "call me"}, "phone"),
        ({"kind": "home", "city": "X", "country": "Atlantis"}, "country"),
    ],
)
def test_what_does_not_fit_is_told(client: Client, mine: Customer, data: dict[str, str], field: str) -> None:
    answer = client.post(url(mine, "new/"), data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_a_masked_phone_stays_what_it_is(client: Client, mine: Customer) -> None:
    one = factories.address(mine, phone="+8613812345678")
    data = {"kind": "billing", "phone": "138••••5678", "city": "Beijing"}

    client.post(url(mine, f"{one.pk}/"), data)

    one.refresh_from_db()
    assert (one.kind, one.phone, one.city, one.address) == ("billing", "+8613812345678", "Beijing", "")


def test_making_it_the_main_one_swaps_both(client: Client, mine: Customer) -> None:
    one = factories.address(mine, address="New Road 7", city="Beijing", kind="work")

    client.post(url(mine, f"{one.pk}/main/"))

    mine.refresh_from_db()
    one.refresh_from_db()
    assert (mine.address, mine.city) == ("New Road 7", "Beijing")
    assert (one.is_main, one.address, one.city) == (True, "", "")
    former = Address.objects.get(is_main=False)
    assert (former.address, former.city) == ("Old Road 5", "Wuhan")
    assert Change.objects.filter(customer=mine, field="address", old="Old Road 5").exists()


def test_the_main_one_can_be_changed_and_swapped_back(client: Client, mine: Customer, seller: User) -> None:
    one = factories.address(mine, address="New Road 7", city="Beijing")
    services.make_main(one, by=seller)
    client.post(url(mine, f"{one.pk}/"), {"kind": "home", "address": "New Road 8", "city": "Beijing"})
    mine.refresh_from_db()
    assert mine.address == "New Road 8"

    services.make_main(Address.objects.get(is_main=False), by=seller)

    mine.refresh_from_db()
    one.refresh_from_db()
    assert mine.address == "Old Road 5"
    assert (one.address, one.is_main) == ("New Road 8", False)


def test_the_main_one_is_not_removed(client: Client, mine: Customer, seller: User) -> None:
    one = factories.address(mine)
    services.make_main(one, by=seller)

    with pytest.raises(Refused):
        services.remove(one, by=seller)
    other = Address.objects.get(is_main=False)
    client.post(url(mine, f"{other.pk}/removal/"))
    assert list(Address.objects.all()) == [one]


def test_the_phone_is_shown_once_and_logged(client: Client, mine: Customer) -> None:
    one = factories.address(mine, phone="+8613812345678")

    answer = client.post(url(mine, f"{one.pk}/reveal/"), headers=PART)

    assert "+8613812345678" in answer.content.decode()
    assert AuditEntry.objects.get(action="customer.revealed").detail["address"] == one.pk


def test_the_database_keeps_the_rules(mine: Customer) -> None:
    factories.address(mine, is_main=True, address="", city="")
    for fields, name in (
        ({"is_main": True, "address": "", "city": ""}, "customer_has_one_main_address"),
        ({"is_main": True}, "main_address_stands_on_the_customer"),
        ({"address": "", "city": ""}, "address_says_where"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            factories.address(mine, **fields)


def test_strangers_get_404(client: Client, seller: User) -> None:
    other = factories.customer()
    one = factories.address(other, phone="+8613812345678")

    assert client.get(url(other)).status_code == 404
    for rest in ("new/", f"{one.pk}/", f"{one.pk}/removal/", f"{one.pk}/main/", f"{one.pk}/reveal/"):
        assert client.post(url(other, rest)).status_code == 404, rest
    mine = factories.customer(owner=seller)
    assert client.post(url(mine, f"{one.pk}/removal/")).status_code == 404


def test_the_page_costs_a_few_queries(
    client: Client, mine: Customer, django_assert_max_num_queries: Any
) -> None:
    for _number in range(8):
        factories.address(mine)
    client.get(url(mine))

    with django_assert_max_num_queries(10):
        client.get(url(mine))
