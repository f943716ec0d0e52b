"""Whose teams are whose, as everything that depends on them asks."""

from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from crm.accounts import factories
from crm.accounts.backends import SignedIn
from crm.accounts.models import User
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    """Of two of four teams, one of which has a group below it."""
    region, other = factories.team(name="Region"), factories.team(name="Another")
    group = factories.team(name="Group", parent=region)
    factories.team(name="Strangers", parent=other)
    return factories.user(Role.MANAGER, teams=(region, factories.team(name="Board")), username=group.name)


def known(user: User) -> tuple[list[str], list[int], list[int], list[int]]:
    return [one.name for one in user.own_teams], user.team_ids, user.team_tree_ids, user.teams_above_ids


def test_they_come_with_the_user_of_a_request(manager: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = SignedIn().get_user(manager.pk)
        assert found
        names, own, below, above = known(found)
    assert names == ["Board", "Region"]
    assert len(own) == len(above) == 2
    assert len(below) == 3


def test_they_are_the_same_when_asked_for_later(manager: User) -> None:
    signed_in = SignedIn().get_user(manager.pk)
    assert signed_in
    assert known(User.objects.get(pk=manager.pk)) == known(signed_in)


def test_who_is_no_longer_here_is_nobody(manager: User) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert SignedIn().get_user(manager.pk) is None
    assert SignedIn().get_user(0) is None


def test_one_signs_in_with_the_password(client: Client, manager: User) -> None:
    manager.set_password("a long word 7")
    manager.save()
    found = SignedIn().authenticate(HttpRequest(), username=manager.username, password="a long word 7")
    assert found == manager
    client.force_login(manager)
    assert client.get("/search/").status_code == 200
