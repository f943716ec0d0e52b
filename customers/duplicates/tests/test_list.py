"""The work list: the likeliest first, only what one may see."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from customers.duplicates import patterns
from customers.matching.models import Pair, Run

pytestmark = pytest.mark.django_db


def pairs(number: int) -> list[Pair]:
    return [
        factories.pair(factories.customer(), factories.customer(), bits=float(place), is_sure=place > 2)
        for place in range(number)
    ]


def shown(client: Client, query: str = "") -> list[int]:
    page = client.get(reverse("duplicates:list") + query).context["page"]
    return [one.pk for one in page.rows]


def test_the_likeliest_come_first_and_the_list_stays_cheap(office: Client) -> None:
    found = pairs(8)
    office.get(reverse("duplicates:list"))
    with CaptureQueriesContext(connection) as queries:
        assert shown(office) == [one.pk for one in reversed(found)]
    assert len(queries) <= 10


def test_it_is_narrowed_by_score_and_by_how_sure_it_is(office: Client) -> None:
    low, high = pairs(4)[1::2]
    assert shown(office, "?least=0.5&most=2") == [low.pk]
    assert shown(office, "?sure=yes") == [high.pk]
    assert low.pk in shown(office, "?sure=no")
    assert shown(office, f"?pattern={patterns.key_of(low)}&least=3") == [high.pk]
    assert len(shown(office, "?least=everything&sure=nobody&pattern=x")) == 4


def test_who_may_not_see_both_sees_none_of_a_pair(client: Client) -> None:
    seller = people.user(Role.SALES)
    mine, theirs = factories.customer(owner=seller, name="Mine"), factories.customer(name="Not Mine")
    also = factories.customer(owner=seller)
    factories.pair(mine, theirs)
    both = factories.pair(mine, also)
    client.force_login(seller)
    assert shown(client) == [both.pk]
    assert shown(client, "?whose=me") == [both.pk]
    assert "Not Mine" not in client.get(reverse("duplicates:list")).content.decode()


def test_a_team_sees_its_own_work(office: Client) -> None:
    north, south = people.team(), people.team()
    one = factories.pair(factories.customer(team=north), factories.customer())
    factories.pair(factories.customer(team=south), factories.customer())
    assert shown(office, f"?whose=team-{north.pk}") == [one.pk]
    assert len(shown(office, "?whose=team-999999")) == 2


def test_strangers_learn_nothing(client: Client) -> None:
    client.force_login(people.user(Role.MARKETING))
    assert client.get(reverse("duplicates:list")).status_code == 404


def test_where_nobody_has_looked_yet_it_offers_to_look(office: Client) -> None:
    answer = office.get(reverse("duplicates:list")).content.decode()
    assert "Look for duplicates" in answer
    Run.objects.create(step="done", finished_at="2026-01-01T00:00Z")
    assert "Nothing to decide" in office.get(reverse("duplicates:list")).content.decode()


def test_deleted_customers_leave_the_list(office: Client, twins: Pair) -> None:
    assert shown(office) == [twins.pk]
    twins.low.deleted_at = "2026-01-01T00:00Z"
    twins.low.save()
    assert shown(office) == []
