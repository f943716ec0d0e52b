from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels.inbox.models import Conversation
from channels.standards.models import Clock
from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from customers import factories as customers


@pytest.fixture
def team(db: None) -> Team:
    return people.team()


@pytest.fixture
def manager(team: Team) -> User:
    return people.user(Role.MANAGER, teams=(team,))


@pytest.fixture
def person(team: Team) -> User:
    return people.user(Role.SERVICE, teams=(team,), name="Maya")


def as_(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def noon() -> datetime:
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=3)


def conversation(
    *,
    at: datetime | None = None,
    reply: int | None = None,
    solved: int | None = None,
    kept: bool | None = None,
    **fields: Any,
) -> Conversation:
    """Times in minutes after it was opened."""
    at = at or noon()
    if reply is not None:
        fields["first_reply_at"] = at + timedelta(minutes=reply)
    if solved is not None:
        fields |= {
            "status": "closed",
            "closed_at": at + timedelta(minutes=solved),
            "closed_because": "solved",
        }
    made = Conversation.objects.create(
        customer=customers.customer(), opened_at=at, **{"kind": "email", **fields}
    )
    if kept is not None:
        moment = at + timedelta(minutes=5)
        Clock.objects.create(
            conversation=made,
            kind="first",
            target=60,
            started_at=at,
            met_at=moment,
            breached_at=None if kept else moment,
        )
    return made
