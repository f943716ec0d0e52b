"""Who sees which customer; children follow."""

import pytest

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer, Share
from customers.orders.models import Order
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def seen(user: object, action: str = "view") -> set[Customer]:
    return set(Customer.objects.visible_to(user, action))  # type: ignore[arg-type]


def test_own() -> None:
    team = people.team()
    user = people.user(Role.SALES, teams=(team,))
    mine = factories.customer(owner=user)
    factories.customer(team=team)
    factories.customer()

    assert seen(user) == {mine}


def test_team() -> None:
    team = people.team()
    below = people.team(parent=team)
    user = people.user(Role.SERVICE, teams=(team,))
    mine, ours = factories.customer(owner=user), factories.customer(team=team)
    factories.customer(team=below)

    assert seen(user) == {mine, ours}


def test_team_tree() -> None:
    team = people.team()
    below = people.team(parent=people.team(parent=team))
    user = people.user(Role.MANAGER, teams=(team,))
    ours, theirs = factories.customer(team=team), factories.customer(team=below)
    factories.customer(team=people.team())

    assert seen(user) == {ours, theirs}


def test_all(operator: object) -> None:
    made = {factories.customer(), factories.customer(team=people.team())}

    assert seen(operator) == made


def test_shared_to_look_at_is_not_shared_to_edit() -> None:
    user = people.user(Role.SALES)
    looked_at, worked_on = factories.customer(), factories.customer()
    Share.objects.create(customer=looked_at, user=user, level=Share.Level.VIEW)
    Share.objects.create(customer=worked_on, user=user, level=Share.Level.EDIT)

    assert seen(user) == {looked_at, worked_on}
    assert seen(user, "edit") == seen(user, "reveal") == {worked_on}
    assert seen(user, "export") == set()


def test_restricted_is_for_its_owner_and_not_for_the_team() -> None:
    team = people.team()
    user, colleague = people.user(Role.SERVICE, teams=(team,)), people.user(Role.SERVICE, teams=(team,))
    made = factories.customer(owner=user, team=team, restricted=True)

    assert seen(user) == {made}
    assert seen(colleague) == set()


def test_deleted_is_seen_by_nobody(operator: object) -> None:
    from django.utils import timezone

    factories.customer(deleted_at=timezone.now())

    assert seen(operator) == set()


def test_children_follow_their_customer() -> None:
    user = people.user(Role.SALES)
    mine, other = factories.customer(owner=user), factories.customer()
    for one in (mine, other):
        factories.entry(one)
        factories.order(one)

    assert [entry.customer for entry in Entry.objects.visible_to(user)] == [mine]
    assert [order.customer for order in Order.objects.visible_to(user)] == [mine]
