"""Promises that are near their end or over are told of once, to the right people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels import factories
from channels.inbox.models import Mention, Message
from channels.models import Channel
from channels.standards import queues, sweeping
from channels.standards.models import Clock, Policy
from channels.standards.tests.talking import age, clock, hear, policy
from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.desk.notices.models import Notice
from customers.factories import customer

pytestmark = pytest.mark.django_db
Kind = Clock.Kind
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def mail() -> Channel:
    Policy.objects.all().delete()
    house = people.team("House")
    return factories.channel(team=people.team("Service", parent=house))


def said(kind: str) -> int:
    return Message.objects.filter(direction="system", kind=kind).count()


def test_a_broken_promise_is_told_to_the_manager_and_whose_it_is_once(mail: Channel) -> None:
    assert mail.team is not None
    assert mail.team.parent is not None
    agent = people.user(Role.SERVICE, teams=(mail.team,))
    manager = people.user(Role.MANAGER, teams=(mail.team.parent,))
    policy()
    opened = hear(customer(team=mail.team), mail)
    opened.assignee = agent
    opened.save()
    due = timezone.now() - AN_HOUR
    Clock.objects.filter(kind=Kind.FIRST).update(due_at=due, started_at=due - AN_HOUR, warn_at=due)
    assert sweeping.sweep() == 1
    assert sweeping.sweep() == 0
    late = clock(opened, Kind.FIRST)
    assert late.breached_at == due
    assert late.escalated_at is not None
    assert said(sweeping.BROKEN) == 1
    assert {one.user for one in Notice.objects.all()} == {agent, manager}
    assert [one.user for one in Mention.objects.all()] == [manager]
    assert opened.customer.entries.filter(kind=sweeping.BROKEN).count() == 1


def test_a_warning_goes_to_whose_it_is_once(mail: Channel) -> None:
    agent = people.user(Role.OPERATIONS)
    policy()
    opened = hear(customer(), mail)
    opened.assignee = agent
    opened.save()
    Clock.objects.filter(kind=Kind.FIRST).update(warn_at=timezone.now() - timedelta(minutes=1))
    assert sweeping.sweep() == 1
    assert sweeping.sweep() == 0
    assert said(sweeping.WARNED) == 1
    assert [one.user for one in Notice.objects.all()] == [agent]
    assert clock(opened, Kind.FIRST).escalated_at is None


def test_a_standard_names_who_is_told(mail: Channel) -> None:
    chosen = people.user(Role.OPERATIONS)
    policy(tells="person", person=chosen)
    opened = hear(customer(), mail)
    age(opened, due_at=timezone.now() - timedelta(seconds=1), warn_at=timezone.now())
    sweeping.sweep()
    assert {one.user for one in Mention.objects.all()} == {chosen}


def test_nobody_is_told_where_a_standard_says_so(mail: Channel) -> None:
    people.user(Role.MANAGER, teams=(mail.team,) if mail.team else ())
    policy(tells="nobody", resolution=None)
    opened = hear(customer(), mail)
    age(opened, due_at=timezone.now() - timedelta(seconds=1))
    assert sweeping.sweep() == 1
    assert not Mention.objects.exists()


def test_what_is_paused_is_not_told_of(mail: Channel) -> None:
    policy()
    opened = hear(customer(), mail)
    age(opened, due_at=None, warn_at=None, counting_since=None)
    assert sweeping.sweep() == 0


@pytest.mark.parametrize("few", [2_000, 0], ids=["looked up one by one", "met on the way"])
def test_those_at_risk_stand_in_a_queue(mail: Channel, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels.inbox.queues.FEW", few)
    policy()
    mine = people.user(Role.SERVICE, teams=(mail.team,) if mail.team else ())
    stranger = people.user(Role.SERVICE, teams=(people.team(),))
    at_risk, calm = hear(customer(), mail), hear(customer(), mail)
    Clock.objects.filter(conversation=at_risk).update(warn_at=timezone.now() - timedelta(minutes=1))

    def seen(user: object) -> set[int]:
        return {row.pk for rows in queues.at_risk(user) for row in rows}  # type: ignore[arg-type]

    assert seen(mine) == {at_risk.pk}
    assert calm.pk not in seen(mine)
    assert seen(stranger) == set()
