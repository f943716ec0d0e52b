"""A department of three, of whom tests say who is here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache

from channels import factories
from channels.live import presence
from channels.models import Channel
from channels.routing.models import Rule, RuleSet
from channels.standards.models import Policy
from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role


@dataclass
class Desk:
    team: Team
    channel: Channel
    ann: User
    bob: User
    cat: User

    @property
    def everybody(self) -> tuple[User, User, User]:
        return self.ann, self.bob, self.cat


@pytest.fixture
def desk(db: None) -> Desk:
    Policy.objects.all().delete()
    cache.clear()
    team = people.team()
    names = ("Ann", "Bob", "Cat")
    ann, bob, cat = (people.user(Role.SERVICE, teams=(team,), name=name) for name in names)
    return Desk(team, factories.channel(team=team), ann, bob, cat)


@pytest.fixture
def here() -> Callable[..., None]:
    """They have a page open."""

    def come(*users: User) -> None:
        presence.note({user.pk: () for user in users})

    return come


@pytest.fixture
def rule(db: None) -> Callable[..., Rule]:
    """A further rule of the version in use."""

    def make(**fields: Any) -> Rule:
        ruleset = RuleSet.objects.get(state="active")
        place = ruleset.rules.count() + 1
        return Rule.objects.create(
            **{"ruleset": ruleset, "position": place, "name": f"Rule {place}", **fields}
        )

    return make
