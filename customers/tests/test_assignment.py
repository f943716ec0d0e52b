"""POST /customers/assignment/ and /customers/tags/"""

from typing import Any

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories, services
from customers.models import Customer

pytestmark = pytest.mark.django_db
ASSIGN, TAG = "/customers/assignment/", "/customers/tags/"


def test_chosen_customers_get_the_owner_and_their_team(as_operator: Client, operator: User) -> None:
    team = people.team()
    owner = people.user(Role.SALES, teams=(team,))
    made = [factories.customer() for _number in range(3)]

    as_operator.post(ASSIGN, {"ids": [one.pk for one in made[:2]], "owner": owner.pk})

    assert set(Customer.objects.filter(owner=owner, team=team)) == set(made[:2])
    assert [one.kind for one in made[0].entries.all()] == ["customer.assigned"]
    assert sorted(AuditEntry.objects.get().detail["customers"]) == [one.pk for one in made[:2]]


def test_all_that_match_the_filters_and_no_others(as_operator: Client) -> None:
    owner = people.user(Role.SALES)
    here = [factories.customer(city="上海") for _number in range(3)]
    factories.customer(city="北京")

    as_operator.post(f"{ASSIGN}?city=上海", {"matching": "1", "owner": owner.pk})

    assert set(Customer.objects.filter(owner=owner)) == set(here)


def test_the_list_comes_back_as_it_was(as_operator: Client) -> None:
    owner = people.user(Role.SALES)

    response = as_operator.post(f"{ASSIGN}?sort=name&city=X", {"owner": owner.pk, "ids": []})

    assert response.headers["Location"] == "/customers/?sort=name&city=X"


def test_a_manager_hands_over_within_the_teams_below(client: Client) -> None:
    team = people.team()
    client.force_login(people.user(Role.MANAGER, teams=(team,)))
    inside, outside = people.user(Role.SALES, teams=(team,)), people.user(Role.SALES)
    ours, theirs = factories.customer(team=team), factories.customer(team=people.team())

    assert client.post(ASSIGN, {"ids": [ours.pk], "owner": outside.pk}).status_code == 400
    client.post(ASSIGN, {"ids": [ours.pk, theirs.pk], "owner": inside.pk})

    assert list(Customer.objects.filter(owner=inside)) == [ours]


@pytest.mark.parametrize("owner", ["", "x", "999999", "9" * 40])
def test_an_unknown_owner_is_refused_in_a_sentence(as_operator: Client, owner: str) -> None:
    assert as_operator.post(ASSIGN, {"owner": owner}).status_code == 400


def test_ids_that_are_none_are_ignored(as_operator: Client) -> None:
    owner = people.user(Role.SALES)

    answer = as_operator.post(ASSIGN, {"ids": ["x", "-1", "9" * 5000, "²"], "owner": owner.pk})

    assert answer.status_code == 302


def test_too_many_at_once_are_refused(as_operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_ONCE", 2)
    owner = people.user(Role.SALES)
    for _number in range(3):
        factories.customer()

    answer = as_operator.post(ASSIGN, {"matching": "1", "owner": owner.pk})

    assert answer.status_code == 409
    assert not Customer.objects.filter(owner=owner).exists()


def test_tags_are_added_once(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller, tags=["VIP"])

    as_seller.post(TAG, {"ids": [made.pk], "tags": "VIP, 礼品"})

    made.refresh_from_db()
    assert made.tags == ["VIP", "礼品"]
    assert made.version == 2


def test_others_customers_are_not_tagged(as_seller: Client) -> None:
    other = factories.customer()

    as_seller.post(TAG, {"ids": [other.pk], "tags": "mine"})

    other.refresh_from_db()
    assert other.tags == []


@pytest.mark.parametrize("tags", ["", "x" * 51, "a\x00"])
def test_bad_tags_are_refused(as_seller: Client, tags: str) -> None:
    assert as_seller.post(TAG, {"tags": tags}).status_code == 400


def test_strangers_get_404(as_seller: Client, client: Client) -> None:
    assert as_seller.post(ASSIGN, {"owner": 1}).status_code == 404
    client.force_login(people.user(Role.MARKETING))
    assert client.post(TAG, {"tags": "x"}).status_code == 404


def test_a_thousand_cost_as_many_queries_as_two(
    as_operator: Client, operator: User, django_assert_max_num_queries: Any
) -> None:
    owner = people.user(Role.SALES)
    for _number in range(20):
        factories.customer()

    with django_assert_max_num_queries(20):
        services.assign(Customer.objects.all(), owner, by=operator)
        services.tag(Customer.objects.all(), ["x"], by=operator)
