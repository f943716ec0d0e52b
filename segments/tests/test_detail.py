"""GET /segments/7/"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories as customers
from segments import latest, membership
from segments.factories import buyer, score, segment

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


def test_it_tells_the_rule_the_size_and_the_value(as_marketer: Client) -> None:
    score(buyer(city="Shanghai", total=100))
    buyer(city="Shanghai", total=50)
    one = segment()
    membership.refresh(one.pk)
    response = as_marketer.get(f"/segments/{one.pk}/", headers=EN)
    figures = response.context["figures"]
    assert (figures.customers, figures.money, figures.average) == (2, 150, 75)
    page = response.content.decode()
    assert "is one of" in page
    assert f"/customers/?segment={one.pk}" in page
    assert f"?segment={one.pk}" in page


def test_members_one_may_not_see_are_neither_shown_nor_added_up(as_seller: Client, seller: User) -> None:
    buyer(city="Shanghai", total=100, owner=seller, name="Mine")
    buyer(city="Shanghai", total=999, name="Another's")
    one = segment()
    membership.refresh(one.pk)
    response = as_seller.get(f"/segments/{one.pk}/", headers=EN)
    assert (response.context["figures"].customers, response.context["figures"].money) == (1, 100)
    assert [row.name for row in response.context["members"]] == ["Mine"]


def test_figures_of_a_part_are_counted_anew_with_each_refresh(as_seller: Client, seller: User) -> None:
    one = segment()
    for expected in (1, 2):
        buyer(city="Shanghai", total=100, owner=seller)
        membership.refresh(one.pk)
        assert as_seller.get(f"/segments/{one.pk}/").context["figures"].customers == expected


def test_another_role_or_team_sees_its_own_figures_at_once(client: Client) -> None:
    team = people.team()
    colleague = people.user(Role.SALES)
    buyer(city="Shanghai", total=100, owner=colleague)
    buyer(city="Shanghai", total=20, team=team)
    one = segment()
    membership.refresh(one.pk)
    client.force_login(colleague)
    seen = []
    for role in (Role.SALES, Role.MANAGER):
        User.objects.filter(pk=colleague.pk).update(roles=[role])
        seen.append(client.get(f"/segments/{one.pk}/").context["figures"].money)
    colleague.teams.add(team)
    seen.append(client.get(f"/segments/{one.pk}/").context["figures"].money)
    assert seen == [100, 100, 120]


def test_it_asks_again_while_it_is_being_counted(as_marketer: Client) -> None:
    one = segment()
    assert b'hx-trigger="every 2s"' in as_marketer.get(f"/segments/{one.pk}/").content
    membership.refresh(one.pk)
    assert b'hx-trigger="every 2s"' not in as_marketer.get(f"/segments/{one.pk}/").content


def test_a_rule_that_can_no_longer_be_asked_says_so(as_marketer: Client) -> None:
    one = segment(rule={"match": "all", "rules": [{"fact": "gone.fact", "op": "is"}]})
    response = as_marketer.get(f"/segments/{one.pk}/", headers=EN)
    assert b"A rule cannot ask about this." in response.content


def test_who_may_only_look_is_offered_no_change(as_seller: Client) -> None:
    page = as_seller.get(f"/segments/{segment().pk}/").content
    assert b"/edit/" not in page
    assert b"/deletion/" not in page


def test_it_costs_few_queries(as_marketer: Client, django_assert_max_num_queries: object) -> None:
    for _number in range(10):
        customers.customer(city="Shanghai")
    one = segment()
    membership.refresh(one.pk)
    as_marketer.get("/segments/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        as_marketer.get(f"/segments/{one.pk}/")


def test_a_stranger_gets_404(as_stranger: Client) -> None:
    assert as_stranger.get(f"/segments/{segment().pk}/").status_code == 404


@pytest.mark.parametrize("patience", [1000, 1])
def test_the_latest_of_many_are_shown_even_where_none_was_active_lately(
    as_marketer: Client, monkeypatch: pytest.MonkeyPatch, patience: int
) -> None:
    monkeypatch.setattr(latest, "DENSE", 3)
    monkeypatch.setattr(latest, "PATIENCE", patience)
    for number in range(5):
        buyer(city="Shanghai", name=f"Buyer {number}", touched_at=timezone.now() - timedelta(days=number))
    one = segment()
    membership.refresh(one.pk)
    members = as_marketer.get(f"/segments/{one.pk}/").context["members"]
    assert len(members) >= 3
    assert members == sorted(members, key=lambda row: row.touched_at, reverse=True)
