"""Which columns the list shows, in which order, sorted by what, how densely."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import columns, factories
from customers.models import Customer
from customers.orders.models import Rollup

pytestmark = pytest.mark.django_db
URL = "/customers/"


def shown(response: Any) -> list[str]:
    return [one.key for one in response.context["listing"].columns]


def test_the_chosen_columns_stand_in_the_chosen_order(as_operator: Client) -> None:
    factories.customer(city="Bern", tags=["a", "b", "c", "d"], job_title="<b>Boss</b>")

    response = as_operator.get(f"{URL}?col=tags&col=city&col=job_title&col=city&col=nonsense")
    page = response.content.decode()

    assert shown(response) == ["tags", "city", "job_title"]
    assert page.index(">a</span>") < page.index('<td class="hide-medium">Bern</td>')
    assert "&lt;b&gt;Boss&lt;/b&gt;" in page
    assert "+1" in page


def test_nothing_chosen_shows_the_usual(as_operator: Client) -> None:
    usual = shown(as_operator.get(URL))

    assert usual[-5:] == ["contact", "total", "orders", "activity", "owner"]
    assert as_operator.get(URL, {"col": usual}).context["listing"].address == ""
    assert shown(as_operator.get(URL, {"col": "nonsense"})) == usual


def test_a_column_one_may_not_see_is_not_there(client: Client) -> None:
    client.force_login(people.user(Role.SALES))
    columns.register(columns.Column("secret", "Secret", lambda one: "s", needs=("audit", "view")))
    try:
        assert "secret" not in shown(client.get(URL, {"col": ["secret", "city"]}))
        assert client.get(URL, {"sort": "secret"}).status_code == 400
    finally:
        columns._columns.pop("secret")


def test_the_address_is_always_written_the_same_way(as_operator: Client) -> None:
    asked = "density=compact&sort=name&tag=b&tag=a&view=buyers&col=city&q=+x+&foo=1&cursor="

    address = as_operator.get(f"{URL}?{asked}").context["listing"].address

    assert address == "view=buyers&q=x&tag=b&tag=a&sort=name&col=city&density=compact"
    assert as_operator.get(f"{URL}?{address}").context["listing"].address == address


@pytest.mark.parametrize("sort", ["orders", "last_order", "added", "total"])
def test_a_hidden_column_can_be_sorted_by_and_paged(as_operator: Client, sort: str) -> None:
    made = Customer.objects.bulk_create(Customer(name=f"C{number:03}") for number in range(55))
    moment = timezone.now()
    Rollup.objects.bulk_create(
        Rollup(
            customer=one,
            orders=number,
            total=number,
            first_order_at=moment,
            last_order_at=moment - timedelta(days=number),
        )
        for number, one in enumerate(made, 1)
    )

    first = as_operator.get(URL, {"sort": f"-{sort}", "col": "city"}).context["listing"].page
    query = {"sort": f"-{sort}", "col": "city", "cursor": first.next}
    second = as_operator.get(URL, query).context["listing"].page

    names = [one.name for one in (*first.rows, *second.rows)]
    assert names == sorted(names, reverse=sort != "last_order")
    assert len(names) == 55


def test_who_never_bought_is_left_out_while_sorting_by_the_last_order(as_operator: Client) -> None:
    factories.customer(name="Never")

    page = as_operator.get(URL, {"sort": "-last_order"}).context["listing"].page

    assert page.rows == []


def test_phone_and_mail_stay_masked(as_operator: Client) -> None:
    factories.customer(phone="+8613812345678", email="wang@example.com")

    page = as_operator.get(f"{URL}?col=phone&col=email").content.decode()

    assert "138••••5678" in page
    assert "13812345678" not in page
    assert "wang@" not in page


def test_compact_rows(as_operator: Client) -> None:
    assert (
        'class="table cards-when-narrow compact"'
        in as_operator.get(f"{URL}?density=compact").content.decode()
    )
    assert as_operator.get(f"{URL}?density=nonsense").context["listing"].density == ""


def test_a_list_of_every_column_costs_no_more_queries(
    as_operator: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        factories.customer(owner=people.user(Role.SALES), team=people.team(), tags=[f"t{number}"])
    everything = [one.column.key for one in as_operator.get(URL).context["listing"].options]
    with django_assert_max_num_queries(5):
        as_operator.get(URL, {"col": everything})
