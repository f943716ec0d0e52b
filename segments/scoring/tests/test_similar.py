"""GET /customers/<pk>/panels/similar/"""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer
from customers.orders.models import OrderLine, Product
from segments.factories import score

pytestmark = pytest.mark.django_db


def buyer(name: str, *articles: Product, city: str = "上海", **scores: Any) -> Customer:
    made = factories.customer(name=name, city=city)
    score(made, **{"recency": 5, "frequency": 4, "monetary": 4, **scores})
    order = factories.order(made)
    OrderLine.objects.bulk_create(OrderLine(order=order, product=one, amount=1) for one in articles)
    return made


def shown(client: Client, made: Customer) -> str:
    return client.get(
        f"/customers/{made.pk}/panels/similar/", headers={"HX-Request": "true", "Accept-Language": "en"}
    ).content.decode()


@pytest.fixture
def as_operator(client: Client) -> Client:
    client.force_login(people.user(Role.OPERATIONS))
    return client


def test_who_bought_the_same_comes_first_and_it_says_why(as_operator: Client) -> None:
    beans, mug, mill = (Product.objects.create(sku=one, name=one) for one in ("Beans", "Mug", "Mill"))
    made = buyer("Here", beans)
    buyer("Nothing in common")
    buyer("Same taste", beans, mug)
    buyer("Also taste", beans, mug, mill)
    buyer("Far away", beans, city="北京")
    buyer("Another score", beans, recency=1, frequency=1, monetary=1)

    part = shown(as_operator, made)

    assert part.index("taste") < part.index("Nothing in common")
    assert "also bought Beans" in part
    assert "same city" in part
    assert "Far away" not in part
    assert "Another score" not in part
    assert "Mug" in part
    assert "Mill" not in part  # one customer is no pattern


def test_without_a_city_the_cell_decides(as_operator: Client) -> None:
    made = buyer("Here", city="")
    buyer("There", city="北京")

    assert "There" in shown(as_operator, made)


def test_nobody_is_shown_who_may_not_be_seen(client: Client) -> None:
    seller = people.user(Role.SALES)
    client.force_login(seller)
    made = buyer("Here")
    Customer.objects.filter(pk=made.pk).update(owner=seller)
    buyer("Not mine")

    assert "Not mine" not in shown(client, made)


def test_without_a_score_nobody_is_like_them(as_operator: Client) -> None:
    assert shown(as_operator, factories.customer()).strip() != ""


def test_many_cost_no_more_queries_than_few(as_operator: Client, django_assert_max_num_queries: Any) -> None:
    made = buyer("Here")
    for number in range(20):
        buyer(f"Other {number}")
    shown(as_operator, made)

    with django_assert_max_num_queries(9):
        shown(as_operator, made)
