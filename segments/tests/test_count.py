"""POST /segments/count/: how many customers the rule in the form finds now."""

import pytest
from django.db.models import BooleanField, Func, Q
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import GRANTS, Role, Scope
from customers import factories as customers
from segments import counting, facts
from segments.facts import Fact, Group, Kind

pytestmark = pytest.mark.django_db
URL = "/segments/count/"
CITY = {"match": "all", "fact.0": "profile.city", "op.0": "any_of", "value.0": ["Shanghai"]}
HTMX = {"HX-Request": "true", "accept-language": "en"}


def test_it_says_how_many_and_shows_some(as_marketer: Client) -> None:
    for number in range(7):
        customers.customer(city="Shanghai", name=f"Member {number}")
    customers.customer(city="Beijing", name="Elsewhere")
    response = as_marketer.post(URL, CITY, headers=HTMX)
    answer = response.context["answer"]
    assert (answer.number, answer.is_exact, len(answer.sample)) == (7, True, 5)
    assert b"Elsewhere" not in response.content


def test_an_unfinished_rule_is_not_counted(as_marketer: Client) -> None:
    response = as_marketer.post(URL, {**CITY, "value.0": [""]}, headers=HTMX)
    assert response.status_code == 200
    assert response.context["answer"] is None


def test_a_count_that_takes_too_long_is_an_estimate_that_says_so(
    as_marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers.customer()
    slow = Func(template="(pg_sleep(1) IS NOT NULL)", output_field=BooleanField())
    fact = Fact("test.slow", "Slow", Group.PROFILE, Kind.FLAG, lambda test: Q(slow))
    monkeypatch.setitem(facts._facts, "test.slow", fact)
    monkeypatch.setattr(counting, "QUICK_MS", 20)
    monkeypatch.setattr(counting, "PATIENCE_MS", 20)
    response = as_marketer.post(URL, {"match": "all", "fact.0": "test.slow", "op.0": "yes"}, headers=HTMX)
    assert response.context["answer"].is_exact is False
    assert b"An estimate" in response.content


def test_of_many_some_are_drawn_and_the_answer_says_how_sure_it_is(
    as_marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "CHEAP", -1)
    monkeypatch.setattr(counting, "DRAWN", 60)
    for number in range(90):
        customers.customer(city="Shanghai" if number % 3 else "Beijing")
    answer = as_marketer.post(URL, CITY, headers=HTMX).context["answer"]
    assert not answer.is_exact
    assert abs(answer.number - 60) <= 2 * answer.margin
    assert len(answer.sample) == 5
    again = as_marketer.post(URL, CITY, headers=HTMX).context["answer"]
    assert again.number == answer.number
    page = as_marketer.post(URL, {**CITY, "value.0": ["Nowhere"]}, headers=HTMX)
    assert page.context["answer"].is_ceiling
    assert "nobody among 60 drawn" in page.content.decode()


def test_it_works_without_htmx(as_marketer: Client) -> None:
    customers.customer(city="Shanghai")
    response = as_marketer.post(URL, CITY)
    assert b"<html" in response.content
    assert response.context["answer"].number == 1


def test_counting_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    customers.customer(city="Shanghai")
    as_marketer.post(URL, CITY, headers=HTMX)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        as_marketer.post(URL, CITY, headers=HTMX)


def test_who_may_not_edit_gets_404(as_seller: Client, as_stranger: Client) -> None:
    assert as_seller.post(URL, CITY).status_code == 404
    assert as_stranger.post(URL, CITY).status_code == 404


def test_whoever_may_ask_about_everybody_may_see_everybody() -> None:
    """A rule could otherwise be used to guess what one may not see."""
    for role in Role:
        if GRANTS[role].get("segment", {}).get("edit"):
            assert people.user(role).scope("customer", "view") is Scope.ALL
