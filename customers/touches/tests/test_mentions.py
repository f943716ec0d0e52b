"""Naming colleagues with @."""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories
from customers.touches import mentions, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin() -> User:
    return people.user(Role.OPERATIONS, name="林悦", username="linyue")


@pytest.mark.parametrize("text", ["@林悦请看", "请@linyue看一下", "Ask @LinYue, please", "（@林悦）"])
def test_a_name_is_found_in_the_middle_of_a_sentence(lin: User, text: str) -> None:
    found = mentions.find(text, factories.customer())

    assert list(found.values()) == [(lin.pk, "林悦")]


@pytest.mark.parametrize("text", ["mail a@linyue.example", "@linyueh", "@ nobody", "@unknown", "@"])
def test_other_signs_are_just_signs(lin: User, text: str) -> None:
    assert mentions.find(text, factories.customer()) == {}


def test_the_longest_name_wins(lin: User) -> None:
    other = people.user(Role.OPERATIONS, name="林悦然")

    assert list(mentions.find("@林悦然你好", factories.customer()).values()) == [(other.pk, "林悦然")]


def test_whoever_may_not_see_the_customer_cannot_be_mentioned() -> None:
    people.user(Role.SALES, name="Zhang Wei", username="zhangwei")

    with pytest.raises(Refused, match="Zhang Wei"):
        services.note(factories.customer(), "@Zhang Wei look", by=people.user(Role.OPERATIONS))


def test_of_two_with_one_name_neither_is_guessed(lin: User) -> None:
    people.user(Role.OPERATIONS, name="林悦", username="linyue2")

    with pytest.raises(Refused, match="@linyue2"):
        mentions.find("@林悦", factories.customer())
    assert mentions.find("@linyue2", factories.customer())


def test_the_note_shows_the_name(as_seller: Client, seller: User, lin: User) -> None:
    made = factories.customer(owner=seller)

    page = as_seller.post(f"/customers/{made.pk}/notes/", {"body": "@linyue <b>"}, follow=True)

    assert '<b class="mention">@林悦</b> &lt;b&gt;' in page.content.decode()


def test_only_colleagues_who_may_see_the_customer_are_offered(
    as_seller: Client, seller: User, lin: User
) -> None:
    people.user(Role.SALES, name="林夕")
    made = factories.customer(owner=seller)

    part = as_seller.get(f"/customers/{made.pk}/colleagues/", {"q": "林"}).content.decode()

    assert "林悦" in part
    assert "林夕" not in part
    assert as_seller.get(f"/customers/{factories.customer().pk}/colleagues/").status_code == 404
