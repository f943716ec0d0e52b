"""GET /customers/"""

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api.services import integrate
from customers import factories
from customers.forms import keepers
from customers.models import Customer, Share
from customers.orders.models import Rollup
from customers.record.sharing import candidates
from customers.tasks.forms import doers

pytestmark = pytest.mark.django_db
URL = "/customers/"


def names(response: Any) -> list[str]:
    return [customer.name for customer in response.context["listing"].page.rows]


def ago(**since: int) -> Any:
    return timezone.now() - timedelta(**since)


def test_the_last_active_come_first(as_operator: Client) -> None:
    factories.customer(name="Old", touched_at=ago(days=3))
    factories.customer(name="New", touched_at=ago(days=1))

    assert names(as_operator.get(URL)) == ["New", "Old"]


def test_only_what_one_may_see(as_seller: Client, seller: User) -> None:
    factories.customer(name="Mine", owner=seller)
    factories.customer(name="Another's")

    response = as_seller.get(URL)

    assert names(response) == ["Mine"]
    assert "Another" not in response.content.decode()


def test_a_stranger_gets_404(client: Client) -> None:
    client.force_login(people.user(Role.AUDITOR))

    assert client.get(URL).status_code == 404


def test_contacts_are_masked(as_operator: Client) -> None:
    factories.customer(phone="+8613812345678", email="wang@example.com")

    page = as_operator.get(URL).content.decode()

    assert "138••••5678" in page
    assert "13812345678" not in page
    assert "wang@example.com" not in page


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["A", "B", "C"]),
        ("-name", ["C", "B", "A"]),
        ("total", ["C", "A", "B"]),
        ("-total", ["B", "A", "C"]),
        ("added", ["B", "A", "C"]),
        ("-added", ["C", "A", "B"]),
        ("activity", ["A", "C", "B"]),
    ],
)
def test_sorting(as_operator: Client, sort: str, order: list[str]) -> None:
    for name, total, days in (("B", 30, 1), ("A", 20, 3), ("C", 10, 2)):
        made = factories.customer(name=name, touched_at=ago(days=days))
        Rollup.objects.filter(customer=made).update(total=total)

    assert names(as_operator.get(URL, {"sort": sort})) == order


def test_narrowing(as_operator: Client) -> None:
    owner = people.user(Role.SALES)
    factories.found(name="王小明", city="上海", tags=["VIP"], owner=owner)
    factories.found(name="Acme", kind="organisation", city="北京")

    for query in ("q=wangxm", "q=wxm", "q=王", "city=上海", "tag=VIP", f"owner={owner.pk}", "kind=person"):
        assert names(as_operator.get(f"{URL}?{query}")) == ([] if query == "q=wangxm" else ["王小明"]), query
    assert names(as_operator.get(f"{URL}?owner=none")) == ["Acme"]
    assert set(names(as_operator.get(f"{URL}?owner=none&owner={owner.pk}"))) == {"Acme", "王小明"}
    assert set(names(as_operator.get(f"{URL}?city=上海&city=北京"))) == {"Acme", "王小明"}


def test_who_sees_few_may_narrow_what_is_shared_with_them_to_its_owner(
    as_seller: Client, seller: User
) -> None:
    """A list somebody shared may ask for an owner; it opens for everybody."""
    owner = people.user(Role.SALES)
    shared = factories.customer(name="Shared", owner=owner)
    Share.objects.create(customer=shared, user=seller)
    factories.customer(name="Mine", owner=seller)
    factories.customer(name="Hidden", owner=owner)

    assert names(as_seller.get(f"{URL}?owner={owner.pk}")) == ["Shared"]


def test_programs_are_no_owners(as_operator: Client, operator: User) -> None:
    program = integrate("Shop", [Role.SALES], by=operator)
    menu = as_operator.get(reverse("customers:filter", args=["owner"])).content.decode()
    assert f'value="{operator.pk}"' in menu
    assert f'value="{program.pk}"' not in menu
    assert as_operator.get(f"{URL}?owner={program.pk}").status_code == 400
    assert program not in keepers(operator)
    assert program not in doers(operator)
    assert program not in candidates(factories.customer())


def test_each_chosen_value_is_a_chip_that_takes_it_away(as_operator: Client) -> None:
    factories.customer(city="上海")

    listing = as_operator.get(URL, {"city": ["上海", "北京"], "q": "x", "cursor": ""}).context["listing"]

    assert [chip.label for chip in listing.chips] == ["上海", "北京"]
    assert "%E5%8C%97" in listing.chips[0].query
    assert "%E4%B8%8A" not in listing.chips[0].query
    assert "q=x" in listing.chips[0].query


def test_views(as_operator: Client, operator: User) -> None:
    factories.customer(name="Mine", owner=operator, touched_at=ago(days=90))
    bought = factories.customer(name="Buyer", owner=people.user(Role.SALES), touched_at=ago(days=60))
    Rollup.objects.filter(customer=bought).update(
        orders=1, total=1, first_order_at=timezone.now(), last_order_at=timezone.now()
    )
    factories.customer(name="Lone")

    for view, expected in (
        ("", {"Mine", "Buyer", "Lone"}),
        ("mine", {"Mine"}),
        ("active", {"Lone"}),
        ("buyers", {"Buyer"}),
        ("unowned", {"Lone"}),
    ):
        assert set(names(as_operator.get(URL, {"view": view}))) == expected, view


FORGED = (
    *("sort=foo", "sort=-", "sort=owner__password", "view=foo", "kind=foo", "owner=foo"),
    *("owner=99999999999", "cursor=foo", "q=%00"),
)


@pytest.mark.parametrize("query", FORGED)
def test_what_no_link_of_ours_asks_is_refused_in_a_sentence(as_operator: Client, query: str) -> None:
    response = as_operator.get(f"{URL}?{query}")

    assert response.status_code == 400
    assert "<h1" in response.content.decode()


@pytest.mark.parametrize(
    "query", ["q=%25_%5C", "q=" + "x" * 5000, "city=%F0%9F%98%80", "tag=%27%22", "foo=1"]
)
def test_odd_questions_find_nothing_or_are_ignored(as_operator: Client, query: str) -> None:
    assert as_operator.get(f"{URL}?{query}").status_code == 200


def test_a_cursor_of_another_sorting_or_a_forged_one_is_refused(as_operator: Client) -> None:
    for number in range(51):
        factories.customer(name=f"Customer {number:03}")
    cursor = as_operator.get(URL, {"sort": "name"}).context["listing"].page.next

    assert as_operator.get(URL, {"sort": "-name", "cursor": cursor}).status_code == 400
    forged = signing.dumps(["name", False, "", "Customer", 1], salt="guessed")
    assert as_operator.get(URL, {"sort": "name", "cursor": forged}).status_code == 400


@pytest.mark.slow
def test_pages_show_everybody_once_and_lead_back(as_operator: Client) -> None:
    made = Customer.objects.bulk_create(Customer(name=f"Customer {number % 7}") for number in range(120))
    Rollup.objects.bulk_create(Rollup(customer=one, total=one.pk % 3) for one in made)

    for sort in ("name", "-total"):
        first = as_operator.get(URL, {"sort": sort})
        second = as_operator.get(URL, {"sort": sort, "cursor": first.context["listing"].page.next})
        third = as_operator.get(URL, {"sort": sort, "cursor": second.context["listing"].page.next})
        back = as_operator.get(URL, {"sort": sort, "cursor": third.context["listing"].page.previous})

        pages = [one.context["listing"].page for one in (first, second, third)]
        assert len({row.pk for page in pages for row in page.rows}) == 120
        assert pages[2].next == ""
        assert [row.pk for row in back.context["listing"].page.rows] == [row.pk for row in pages[1].rows]


def test_htmx_gets_the_results_alone(as_operator: Client) -> None:
    page = as_operator.get(URL, headers={"HX-Request": "true"}).content.decode()

    assert page.lstrip().startswith('<div id="results"')
    assert "<html" not in page


def test_everybody_sees_the_buttons_for_what_they_may_do(as_operator: Client) -> None:
    factories.customer()
    marketer = Client()
    marketer.force_login(people.user(Role.MARKETING))

    pages = [one.get(URL).content.decode() for one in (as_operator, marketer)]

    for word, seen in (("assign", [True, False]), ("tag", [True, False]), ("segment", [False, True])):
        assert [f"/bulk/new/{word}/" in page for page in pages] == seen, word
    assert ["/customers/exports/new/" in page for page in pages] == [True, False]


def test_an_empty_base_says_what_to_do(as_operator: Client) -> None:
    assert "/customers/new/" in as_operator.get(URL).content.decode()


@pytest.mark.parametrize(
    "query", ["", "sort=-total", "q=wang&city=上海", "view=mine&sort=name", "tag=VIP&owner=none"]
)
def test_any_page_costs_at_most_eight_queries(
    as_operator: Client, query: str, django_assert_max_num_queries: Any
) -> None:
    owner = people.user(Role.SALES)
    for number in range(55):
        factories.found(name=f"王{number}", owner=owner if number % 2 else None, city="上海", tags=["VIP"])
    as_operator.get(URL)

    with django_assert_max_num_queries(8):
        as_operator.get(f"{URL}?{query}")


def test_a_manager_s_list_costs_at_most_eight_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    team = people.team()
    client.force_login(people.user(Role.MANAGER, teams=(team,)))
    for _number in range(3):
        factories.found(team=team)
    client.get(URL)

    with django_assert_max_num_queries(8):
        client.get(URL, {"sort": "-total", "q": "customer"})
