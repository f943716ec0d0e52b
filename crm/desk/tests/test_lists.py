"""What every list of customers or conversations costs, whoever asks and whatever was forgotten."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from channels import factories as channels
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories

pytestmark = pytest.mark.django_db

MOST = 8
LISTS = (
    "/customers/?view=",
    "/customers/?sort=name",
    "/customers/?q=xiaoming&city=Shanghai",
    "/customers/?follow_up=never",
    "/customers/?rule=%7B%22match%22%3A%22all%22%2C%22rules%22%3A%5B%7B%22fact%22%3A%22profile.city%22%2C"
    "%22op%22%3A%22any_of%22%2C%22value%22%3A%5B%22Shanghai%22%5D%7D%5D%7D",
    *(f"/inbox/?queue={key}" for key in ("mine", "unassigned", "all", "closed", "at-risk")),
    "/tasks/",
)


@pytest.mark.parametrize("role", [Role.OPERATIONS, Role.MANAGER, Role.SALES])
@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_at_most_eight_statements(
    client: Client, role: Role, address: str, django_assert_max_num_queries: Any
) -> None:
    team = people.team()
    user = people.user(role, teams=(team,))
    for number in range(5):
        found = factories.found(name=f"王小明{number}", owner=user, team=team, city="Shanghai", tags=["VIP"])
        channels.conversation(found, assignee=user, team=team)
    client.force_login(user)
    assert client.get(address).status_code == 200
    cache.delete("facets")
    with django_assert_max_num_queries(MOST):
        client.get(address)
