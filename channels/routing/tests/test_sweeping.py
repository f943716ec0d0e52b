"""What waits finds somebody who is here by now; what lies with somebody who left is given on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels import factories
from channels.inbox import services
from channels.inbox.models import Conversation, Message
from channels.routing import sweeping
from channels.routing.models import Capacity, Decision, Department, Rule
from channels.routing.tests.conftest import Desk
from channels.standards.tests.talking import ALWAYS, calendar, hear
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers.factories import customer

pytestmark = pytest.mark.django_db
Here = Callable[..., None]
Moved, Why = Decision.Moved, Decision.Why
NEVER: list[list[list[int]]] = [[]] * 7


def now_of(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(pk=conversation.pk)


def test_whoever_comes_gets_what_waited_longest(desk: Desk, here: Here) -> None:
    first, second = hear(customer(), desk.channel), hear(customer(), desk.channel)
    assert sweeping.sweep() == 0
    Capacity.objects.create(user=desk.ann, most=1)
    here(desk.ann)
    assert sweeping.sweep() == 1
    assert now_of(first).assignee == desk.ann
    assert now_of(second).assignee is None
    assert Decision.objects.filter(conversation=first, moved=Moved.FREED).count() == 1


def test_what_a_department_takes_itself_is_left_alone(
    desk: Desk, here: Here, rule: Callable[..., Rule]
) -> None:
    rule(spread="nobody")
    hear(customer(), desk.channel)
    here(desk.ann)
    assert sweeping.sweep() == 0


def test_what_lies_with_somebody_who_left_is_given_on(desk: Desk, here: Here) -> None:
    Department.objects.create(team=desk.team, away_minutes=10)
    arrived = hear(customer(), desk.channel)
    services.assign(arrived, desk.cat)
    here(desk.bob)
    assert sweeping.sweep() == 0
    assert Capacity.objects.get(user=desk.cat).away_since is not None
    Capacity.objects.update(away_since=timezone.now() - timedelta(minutes=11))
    assert sweeping.sweep() == 1
    assert now_of(arrived).assignee == desk.bob
    assert Decision.objects.latest("pk").moved == Moved.AWAY


def test_whoever_came_back_keeps_it(desk: Desk, here: Here) -> None:
    Department.objects.create(team=desk.team, away_minutes=10)
    arrived = hear(customer(), desk.channel)
    services.assign(arrived, desk.cat)
    Capacity.objects.create(user=desk.cat, away_since=timezone.now() - timedelta(hours=1))
    here(desk.cat)
    assert sweeping.sweep() == 0
    assert now_of(arrived).assignee == desk.cat
    assert Capacity.objects.get(user=desk.cat).away_since is None


def test_what_waited_too_long_goes_to_the_other_department_once(desk: Desk, here: Here) -> None:
    other = people.team()
    dan = people.user(Role.SERVICE, teams=(other,))
    Department.objects.create(team=desk.team, waiting_minutes=30, overflow=other)
    here(desk.ann, dan)
    arrived = hear(customer(), desk.channel)
    assert sweeping.sweep() == 0
    Conversation.objects.update(waiting_since=timezone.now() - timedelta(minutes=31))
    assert sweeping.sweep() == 1
    assert (now_of(arrived).team, now_of(arrived).assignee) == (other, dan)
    services.assign(arrived, desk.ann, team=desk.team)
    assert sweeping.sweep() == 0


def test_only_open_time_counts_as_waiting(desk: Desk) -> None:
    other = people.team()
    closed = calendar(week=NEVER)
    Department.objects.create(team=desk.team, waiting_minutes=30, overflow=other, calendar=closed)
    hear(customer(), desk.channel)
    Conversation.objects.update(waiting_since=timezone.now() - timedelta(days=3))
    assert sweeping.sweep() == 0


def closed_department(desk: Desk, **fields: Any) -> Department:
    words = {"answer_zh": "我们下班了。", "answer_en": "We are closed."}
    given = {"calendar": calendar(week=NEVER), "answers": True, **words, **fields}
    return Department.objects.create(team=desk.team, **given)


def answers(text: str = "") -> int:
    said = Message.objects.filter(direction="out", is_automatic=True)
    return said.filter(text=text).count() if text else said.count()


def test_outside_opening_hours_one_answer_goes_out(desk: Desk) -> None:
    closed_department(desk)
    ming = customer(email="ming@example.com")
    arrived = hear(ming, desk.channel, "Are you there?")
    hear(ming, desk.channel, "Hello?")
    assert answers("We are closed.") == answers() == 1
    said = Message.objects.get(direction="out")
    assert said.delivery is not None
    assert said.delivery.is_automatic
    assert said.author is None
    # The customer still waits for a person.
    assert now_of(arrived).waiting_since is not None
    assert now_of(arrived).first_reply_at is None


def test_it_speaks_the_customers_language(desk: Desk) -> None:
    closed_department(desk)
    hear(customer(email="ming@example.com"), desk.channel, "请问你们几点上班")
    assert answers("我们下班了。") == 1


@pytest.mark.parametrize("fields", [{"calendar": None, "answers": False}, {"week": ALWAYS}])
def test_while_we_are_open_nothing_goes_out(desk: Desk, fields: dict[str, Any]) -> None:
    if "week" in fields:
        fields = {"calendar": calendar(week=ALWAYS)}
    closed_department(desk, **fields)
    hear(customer(email="ming@example.com"), desk.channel)
    assert answers() == 0


def test_machines_get_no_answer(desk: Desk) -> None:
    closed_department(desk)
    hear(customer(email="noreply@example.com"), desk.channel)
    hear(customer(email="ming@example.com"), desk.channel, is_automatic=True)
    assert answers() == 0


def test_where_nothing_can_be_sent_nothing_is_tried(desk: Desk) -> None:
    closed_department(desk)
    silent = factories.channel(connector="gone", team=desk.team)
    hear(customer(email="ming@example.com"), silent)
    assert answers() == 0
