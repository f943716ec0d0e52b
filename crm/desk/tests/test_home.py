from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.desk import figures
from customers import factories
from customers.models import Customer
from customers.orders.models import Order

pytestmark = pytest.mark.django_db

Queries = Callable[..., Any]


@pytest.fixture(autouse=True)
def _forget_figures() -> None:
    cache.clear()


def sold(customer: Customer, amount: int, *, days_ago: int = 1, **fields: object) -> None:
    Order.objects.create(
        customer=customer,
        source="shop",
        external_id=f"{customer.pk}-{amount}-{days_ago}",
        placed_at=timezone.now() - timedelta(days=days_ago),
        amount=amount,
        currency="CNY",
        **fields,
    )


def test_revenue_is_net_of_refunds_and_without_cancelled_orders() -> None:
    one = factories.customer()
    sold(one, 100)
    sold(one, 50, refunded=20)
    sold(one, 70, status=Order.Status.CANCELLED)
    sold(one, 500, days_ago=40)
    counted = figures.count(people.user(Role.OPERATIONS))
    assert sum(counted["revenue"]) == 130
    assert sum(counted["before"]) == 500


def test_figures_are_those_of_the_customers_one_may_see() -> None:
    seller = people.user(Role.SALES)
    sold(factories.customer(owner=seller), 10)
    sold(factories.customer(), 90)
    assert sum(figures.count(seller)["revenue"]) == 10
    assert sum(figures.count(people.user(Role.OPERATIONS))["revenue"]) == 100


def test_two_sellers_never_share_kept_figures() -> None:
    first, second = people.user(Role.SALES), people.user(Role.SALES)
    sold(factories.customer(owner=first), 10)
    figures.count(first)
    assert figures.known(second) is None


def test_an_empty_company_is_told_what_to_do_first(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS, Role.MARKETING))
    assert reverse("imports:new") in client.get(reverse("desk:home")).content.decode()


def test_the_page_comes_before_its_figures_and_fetches_them(client: Client) -> None:
    client.force_login(people.user(Role.OPERATIONS))
    assert reverse("desk:figures") in client.get(reverse("desk:home")).content.decode()
    assert client.get(reverse("desk:figures")).status_code == 200
    assert 'class="kpis"' in client.get(reverse("desk:home")).content.decode()


def test_an_administrator_without_customers_has_a_home_without_figures(client: Client) -> None:
    client.force_login(people.user(Role.ADMIN))
    assert reverse("desk:figures") not in client.get(reverse("desk:home")).content.decode()
    assert client.get(reverse("desk:figures")).status_code == 404


def test_the_page_costs_few_queries(client: Client, django_assert_max_num_queries: Queries) -> None:
    user = people.user(Role.OPERATIONS, Role.MARKETING)
    client.force_login(user)
    figures.count(user)
    client.get(reverse("desk:home"))
    with django_assert_max_num_queries(12):
        client.get(reverse("desk:home"))
