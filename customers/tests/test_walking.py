"""GET /customers/<pk>/next/ and /previous/: through the list one came from."""

import pytest
from django.http import QueryDict
from django.test import Client

from crm.accounts.models import User
from customers import factories, walking

pytestmark = pytest.mark.django_db


def word(query: str) -> str:
    return walking.reference(QueryDict(query))


def test_next_and_previous_follow_the_order_of_the_list(as_operator: Client) -> None:
    first, second, third = (factories.customer(name=name) for name in ("Anna", "Bert", "Cleo"))
    came_from = word("sort=name")

    answer = as_operator.get(f"/customers/{second.pk}/next/", {"from": came_from})
    assert answer.headers["Location"] == f"/customers/{third.pk}/?from={came_from}"
    answer = as_operator.get(f"/customers/{second.pk}/previous/", {"from": came_from})
    assert answer.headers["Location"].startswith(f"/customers/{first.pk}/")


def test_the_end_of_the_list_is_said(as_operator: Client) -> None:
    only = factories.customer(name="Anna")

    page = as_operator.get(
        f"/customers/{only.pk}/next/",
        {"from": word("sort=name")},
        follow=True,
        headers={"Accept-Language": "en"},
    )

    assert page.redirect_chain == [(f"/customers/{only.pk}/?from={word('sort=name')}", 302)]
    assert "last customer of the list" in page.content.decode()


def test_filters_of_the_list_are_kept(as_operator: Client) -> None:
    here = factories.customer(name="Anna", city="Xi'an")
    factories.customer(name="Bert", city="Beijing")
    there = factories.customer(name="Cleo", city="Xi'an")

    answer = as_operator.get(f"/customers/{here.pk}/next/", {"from": word("city=Xi'an&sort=name")})

    assert f"/customers/{there.pk}/" in answer.headers["Location"]


def test_rights_are_those_of_now(as_seller: Client, seller: User) -> None:
    mine = factories.customer(name="Anna", owner=seller)
    factories.customer(name="Bert")
    also_mine = factories.customer(name="Cleo", owner=seller)

    answer = as_seller.get(f"/customers/{mine.pk}/next/", {"from": word("sort=name")})

    assert f"/customers/{also_mine.pk}/" in answer.headers["Location"]
    assert as_seller.get(f"/customers/{factories.customer().pk}/next/").status_code == 404


def test_customers_without_a_value_have_no_place_in_an_order_by_it(as_operator: Client) -> None:
    made = factories.customer()
    made.rollup.delete()
    factories.customer()

    answer = as_operator.get(f"/customers/{made.pk}/next/", {"from": word("sort=-total")})

    assert f"/customers/{made.pk}/" in answer.headers["Location"]


def test_a_forged_reference_is_refused(as_operator: Client) -> None:
    made = factories.customer()

    assert as_operator.get(f"/customers/{made.pk}/next/", {"from": "forged"}).status_code == 400
    assert as_operator.get(f"/customers/{made.pk}/", {"from": "forged"}).status_code == 400


def test_an_endless_question_is_not_carried_along() -> None:
    assert word("&".join(f"tag={number * 7919}" for number in range(2000))) == ""
