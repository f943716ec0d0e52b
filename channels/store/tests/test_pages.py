"""The pages of the counter."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels.store.factories import pickup, shop
from channels.store.models import Pickup, Shop
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(client: Client) -> Client:
    client.force_login(people.user(Role.SERVICE))
    return client


def test_the_counter_shows_what_waits_in_few_queries(
    clerk: Client, django_assert_max_num_queries: Any
) -> None:
    for status in ("ordered", "ready", "ready"):
        pickup(factories.customer(), status=status)
    clerk.get(reverse("store:shops"))  # the session's own queries
    with django_assert_max_num_queries(8):
        answer = clerk.get(reverse("store:board"))
    assert answer.status_code == 200
    board = answer.context["board"]
    assert [len(column) for column in (board.ordered, board.ready, board.done)] == [1, 2, 0]


def test_a_shop_narrows_the_counter(clerk: Client) -> None:
    one = pickup(factories.customer(), status="ready")
    pickup(factories.customer(), status="ready")
    answer = clerk.get(reverse("store:board"), {"shop": one.shop_id})
    assert [card.pickup for card in answer.context["board"].ready] == [one]


@pytest.mark.parametrize("show", ["waiting", "late", "done", "nonsense"])
def test_lists_open(show: str, clerk: Client) -> None:
    pickup(factories.customer(), status="ready")
    assert clerk.get(reverse("store:list"), {"show": show}).status_code == 200


def test_scanning_leads_to_the_one_order(clerk: Client) -> None:
    one = pickup(factories.customer(), status="ready")
    answer = clerk.get(reverse("store:find"), {"q": one.code})
    assert answer.headers["Location"] == reverse("store:pickup", args=[one.pk])
    assert clerk.get(reverse("store:find"), {"q": "nothing"}).status_code == 200
    assert clerk.get(answer.headers["Location"]).status_code == 200


def test_handing_out_can_be_undone(clerk: Client) -> None:
    one = pickup(factories.customer(), status="ordered")
    clerk.post(reverse("store:readiness", args=[one.pk]))
    clerk.post(reverse("store:handover", args=[one.pk]), {"fetched_by": "a friend"})
    one.refresh_from_db()
    assert one.fetched_by == "a friend"
    clerk.post(reverse("store:taking-back", args=[one.pk]))
    clerk.post(reverse("store:cancellation", args=[one.pk]))
    assert Pickup.objects.get().order.status == "cancelled"


def test_an_order_is_sent_to_a_shop(clerk: Client) -> None:
    order = factories.order(factories.customer(owner=people.user(Role.OPERATIONS)), status="ordered")
    place = shop()
    assert clerk.post(reverse("store:new"), {"order": order.pk, "shop": place.pk}).status_code == 404
    operator = Client()
    operator.force_login(people.user(Role.OPERATIONS))
    operator.post(reverse("store:new"), {"order": order.pk, "shop": place.pk})
    assert Pickup.objects.get().shop == place
    assert operator.post(reverse("store:new"), {"order": "x"}).status_code == 400


def test_shops_are_added_by_those_who_may(clerk: Client) -> None:
    fields = {"name": "Riverside", "key": "S1", "is_open": "on"}
    assert clerk.post(reverse("store:shop-new"), fields).status_code == 404
    operator = Client()
    operator.force_login(people.user(Role.OPERATIONS))
    operator.post(reverse("store:shop-new"), fields)
    place = Shop.objects.get()
    assert operator.post(reverse("store:shop", args=[place.pk]), {"name": ""}).status_code == 422
    assert operator.get(reverse("store:shops")).status_code == 200


def test_strangers_see_nothing_of_it(client: Client) -> None:
    one = pickup(factories.customer(), status="ready")
    client.force_login(people.user(Role.MARKETING))
    assert client.get(reverse("store:board")).status_code == 404
    assert client.post(reverse("store:handover", args=[one.pk])).status_code == 404
