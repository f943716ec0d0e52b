"""GET /customers/count/"""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.paging import SIZE
from customers import factories, listing
from customers.models import Customer

pytestmark = pytest.mark.django_db
LIST, COUNT = "/customers/", "/customers/count/"


@pytest.fixture(autouse=True)
def _in_english(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


def base_of(number: int, **fields: Any) -> None:
    Customer.objects.bulk_create(Customer(name=f"C{one}", **fields) for one in range(number))


def test_a_list_of_one_page_knows_its_number(as_operator: Client) -> None:
    base_of(3)

    page = as_operator.get(LIST).content.decode()

    assert "3 customers" in page
    assert COUNT not in page


def test_a_longer_list_asks_for_it_with_its_own_filters(as_operator: Client) -> None:
    base_of(SIZE + 1, city="Bern")

    page = as_operator.get(LIST, {"city": "Bern"}).content.decode()

    assert "More than 50 customers" in page
    assert f'hx-get="{COUNT}?city=Bern"' in page


def test_it_counts_what_the_filters_leave_and_offers_to_select_it(as_operator: Client) -> None:
    base_of(SIZE + 1, city="Bern")
    factories.customer(city="Basel")

    page = as_operator.get(COUNT, {"city": "Bern"}).content.decode()

    assert "51 customers" in page
    assert "Select all 51" in page


def test_it_counts_only_whom_one_may_see(as_seller: Client, seller: User) -> None:
    base_of(2)
    factories.customer(owner=seller)

    assert "1 customer" in as_seller.get(COUNT).content.decode()


def test_all_that_match_can_be_chosen_even_past_counting(
    as_operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    base_of(SIZE + 3)
    assert "Select all 53" in as_operator.get(COUNT).content.decode()

    monkeypatch.setattr(listing, "MOST_COUNTED", SIZE + 1)

    assert f"Select all ≥ {SIZE + 1}" in as_operator.get(COUNT).content.decode()


def test_it_stops_counting(as_operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    base_of(4)

    assert "More than 2 customers" in as_operator.get(COUNT).content.decode()


def test_a_stranger_gets_404(client: Client) -> None:
    client.force_login(people.user(Role.AUDITOR))

    assert client.get(COUNT).status_code == 404
