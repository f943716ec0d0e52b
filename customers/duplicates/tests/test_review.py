"""One pair side by side, and the way from pair to pair."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories, services
from customers.duplicates import deciding
from customers.matching.models import Pair

pytestmark = pytest.mark.django_db


def review(pair: Pair) -> str:
    return reverse("duplicates:review", args=[pair.pk])


def test_it_marks_what_differs_and_says_why(office: Client, twins: Pair) -> None:
    text = office.get(review(twins)).content.decode()
    assert "王<mark>小</mark>明" in text
    assert "王<mark>晓</mark>明" in text
    assert "139••••5678" in text
    assert "13912345678" not in text
    for words in ("Same phone, of one person", "+16.3", "-20.5", "10.0"):
        assert words in text


def test_it_is_cheap(office: Client, twins: Pair) -> None:
    office.get(review(twins))
    with CaptureQueriesContext(connection) as queries:
        office.get(review(twins))
    assert len(queries) <= 60


def test_everybody_who_may_be_the_same_is_offered(office: Client, twins: Pair) -> None:
    third = factories.customer(name="Wang Xiaoming")
    factories.pair(twins.high, third)
    answer = office.get(review(twins))
    assert [one.pk for one in answer.context["group"]] == [twins.low_id, twins.high_id, third.pk]
    assert third not in answer.context["picked"].customers
    ticked = "&".join(f"ids={one.pk}" for one in answer.context["group"])
    answer = office.get(f"{review(twins)}?{ticked}&survivor={third.pk}")
    assert len(answer.context["comparison"].preview.customers) == 3
    assert answer.context["comparison"].preview.survivor == third


def test_only_the_two_are_offered_to_who_does_not_see_the_third(client: Client) -> None:
    seller = people.user(Role.SALES)
    one, other = (factories.customer(owner=seller) for _place in range(2))
    hidden = factories.customer(name="Hidden Away")
    pair = factories.pair(one, other)
    factories.pair(other, hidden)
    client.force_login(seller)
    answer = client.get(f"{review(pair)}?ids={one.pk}&ids={hidden.pk}")
    assert "Hidden Away" not in answer.content.decode()


def test_next_and_previous_walk_the_list(office: Client) -> None:
    best, middle, last = (
        factories.pair(factories.customer(), factories.customer(), bits=bits) for bits in (9.0, 5.0, 5.0)
    )
    middle, last = last, middle  # of equal scores the newer comes first

    def step(pair: Pair, name: str, query: str = "") -> str:
        return str(office.get(reverse(f"duplicates:{name}", args=[pair.pk]) + query).headers["Location"])

    assert step(best, "next") == review(middle)
    assert step(middle, "next") == review(last)
    assert step(last, "previous") == review(middle)
    assert step(last, "next") == reverse("duplicates:list")
    assert step(best, "next", "?least=5") == review(middle) + "?least=5.0"


def test_who_may_not_see_one_of_the_two_finds_nothing(client: Client, twins: Pair) -> None:
    seller = people.user(Role.SALES)
    twins.low.owner = seller
    twins.low.save()
    client.force_login(seller)
    assert client.get(review(twins)).status_code == 404


def test_a_pair_that_comes_back_says_what_changed(office: Client, operator: User, twins: Pair) -> None:
    deciding.refuse(twins, by=operator)
    services.update(twins.low, {"city": "Suzhou"}, version=twins.low.version, by=operator)
    Pair.objects.filter(pk=twins.pk).update(state="open", decided_by=None, decided_at=None)
    text = office.get(review(twins)).content.decode()
    assert "Opal Ray said that these are not the same" in text
    assert "上海 → Suzhou" in text
