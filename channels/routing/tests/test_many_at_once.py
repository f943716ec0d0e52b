"""Arrivals at the same moment overload nobody."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from channels import factories
from channels.inbox.models import Conversation
from channels.models import Channel
from channels.routing import defaults
from channels.routing.models import Capacity, Decision
from channels.routing.tests.conftest import Desk
from channels.standards.tests.talking import hear
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_twelve_arrivals_at_once_for_three_people_with_room_for_three(
    desk: Desk, here: Callable[..., None]
) -> None:
    """Cat answers in both departments, whose arrivals therefore have to wait for each other."""
    defaults.create(using="default")
    other = people.team()
    desk.cat.teams.add(other)
    dan = people.user(Role.SERVICE, teams=(other,))
    elsewhere = factories.channel(team=other)
    here(*desk.everybody, dan)
    Capacity.objects.bulk_create(Capacity(user=one, most=3) for one in (*desk.everybody, dan))
    arrivals = [(customer(), channel) for _turn in range(8) for channel in (desk.channel, elsewhere)]

    def arrive(one: tuple[Customer, Channel]) -> None:
        try:
            hear(*one)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(arrive, arrivals))
    held: Counter[int | None] = Counter(Conversation.objects.values_list("assignee", flat=True))
    nobody = held.pop(None, 0)
    assert max(held.values()) == 3
    assert sum(held.values()) + nobody == 16
    assert sum(held.values()) == 12
    assert Decision.objects.count() == 16
    assert Decision.objects.filter(why="full").count() == nobody
