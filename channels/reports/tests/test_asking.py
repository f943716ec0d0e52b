"""Customers are asked for a rating by themselves: once, after a while, and not those who should not be."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from channels import factories
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.direct.models import DirectMessage
from channels.inbox.models import Conversation
from channels.models import Channel
from channels.reports import asking, refreshing
from channels.reports.models import Asking, AskingRule, Rating
from channels.reports.tests.conftest import as_
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories as customers
from customers.models import Customer

pytestmark = pytest.mark.django_db
Outcome = Asking.Outcome


@pytest.fixture
def channel() -> Channel:
    return factories.channel()


@pytest.fixture
def rule(channel: Channel) -> AskingRule:
    since = timezone.now() - timedelta(days=60)
    return AskingRule.objects.create(channel=channel, hours=24, days=30, since=since)


def closed(channel: Channel, hours: float = 25, of: Customer | None = None, **fields: Any) -> Conversation:
    moment = timezone.now() - timedelta(hours=hours)
    usual = {"status": "closed", "closed_at": moment, "closed_because": "solved", "first_reply_at": moment}
    of = of or customers.customer(email=f"a{hours}@example.com", country="CN")
    made = factories.conversation(of, channel=channel, opened_at=moment, **{**usual, **fields})
    refreshing.mark([made.pk])
    refreshing.sweep()
    return made


def test_asked_once_with_the_link_of_the_conversation(rule: AskingRule) -> None:
    made = closed(rule.channel)
    assert [asking.sweep() for _again in range(3)] == [1, 0, 0]
    said = DirectMessage.objects.get()
    assert "/rate/" in said.body
    assert said.is_automatic
    assert Rating.objects.get().conversation == made
    assert Asking.objects.get().outcome == Outcome.ASKED
    made.refresh_from_db()
    assert made.status == "closed"


@pytest.mark.parametrize(
    "fields",
    [
        {"hours": 23},
        {"hours": 24 * 5},
        {"closed_because": "spam"},
        {"closed_because": "duplicate"},
        {"first_reply_at": None},
        {"is_unsure": True},
        {"status": "open", "closed_at": None, "closed_because": ""},
    ],
)
def test_who_is_not_asked(rule: AskingRule, fields: dict[str, Any]) -> None:
    closed(rule.channel, **fields)
    assert asking.sweep() == 0
    assert not Asking.objects.exists()


def test_nobody_is_asked_about_what_was_before_or_elsewhere(rule: AskingRule) -> None:
    closed(factories.channel())
    AskingRule.objects.update(since=timezone.now() - timedelta(hours=24))
    closed(rule.channel)
    assert asking.sweep() == 0


def test_one_customer_is_asked_once_in_so_many_days(rule: AskingRule) -> None:
    first = closed(rule.channel, hours=30)
    closed(rule.channel, hours=29, of=first.customer)
    assert asking.sweep() == 1
    assert Asking.objects.filter(outcome=Outcome.LATELY).count() == 1
    Rating.objects.update(asked_at=timezone.now() - timedelta(days=31))
    closed(rule.channel, hours=28, of=first.customer)
    assert asking.sweep() == 1


def test_who_refused_is_left_alone(rule: AskingRule) -> None:
    made = closed(rule.channel)
    consent.withdraw(made.customer, Purpose.SERVICE, "email", source="test")
    assert asking.sweep() == 0
    assert Asking.objects.get().outcome == Outcome.REFUSED
    assert not Rating.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_ask_once(rule: AskingRule) -> None:
    made = closed(rule.channel)

    def work(_number: int) -> bool:
        try:
            return asking.ask(made, rule)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) == 1
    assert DirectMessage.objects.count() == 1


def test_the_page_switches_it(channel: Channel) -> None:
    client, name = as_(people.user(Role.ADMIN)), f"c{channel.pk}"
    address = reverse("reports:asking-rule", args=[channel.pk])
    fields = {f"{name}-is_on": "on", f"{name}-hours": 48, f"{name}-days": 90}
    client.post(address, fields)
    assert AskingRule.objects.values_list("hours", "days").get() == (48, 90)
    page = client.get(reverse("reports:askings")).content.decode()
    assert channel.name in page
    client.post(address, {**fields, f"{name}-is_on": ""})
    assert not AskingRule.objects.exists()
