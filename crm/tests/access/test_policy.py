"""visible_to against the oracle, for every role, action and way of holding a customer."""

import pytest

from crm.accounts.policy import GRANTS, Role
from crm.tests.access import oracle
from crm.tests.access.world import HOLDINGS, build
from customers.models import Customer

ACTIONS = ("view", "edit", "assign", "delete", "reveal", "export")


pytestmark = pytest.mark.django_db


def test_every_reach_is_what_the_oracle_says() -> None:
    world = build()
    wrong = [
        (key, action, holding)
        for key, user in world.users.items()
        for action in ACTIONS
        for seen in [set(Customer.objects.visible_to(user, action).values_list("pk", flat=True))]
        for holding in HOLDINGS
        if (world.customers[holding].pk in seen) != oracle.may_customer(key, action, holding)
    ]
    assert wrong == []


def test_every_grant_is_what_the_oracle_says() -> None:
    granted = {role.value: {name: set(actions) for name, actions in GRANTS[role].items()} for role in Role}
    assert granted == {
        role: {name: set(actions) for name, actions in grants.items()}
        for role, grants in oracle.TABLE.items()
    }


def test_a_deactivated_colleague_sees_nothing() -> None:
    world = build()
    user = world.users["operations-north"]
    user.is_active = False
    assert not Customer.objects.visible_to(user).exists()


def test_a_lead_reaches_the_teams_below() -> None:
    world = build()
    world.teams["south"].parent = world.teams["north"]
    world.teams["south"].save()
    manager = world.users["manager-north"]
    assert world.customers["other"] in Customer.objects.visible_to(manager)


def test_a_superuser_without_a_role_sees_no_customer() -> None:
    world = build()
    user = world.users["nobody"]
    user.is_superuser = True
    assert not Customer.objects.visible_to(user).exists()
