"""Versions of the rules: written as a draft, put to use with a trace, brought back."""

from collections.abc import Callable

import pytest

from channels.routing import services
from channels.routing.models import Rule, RuleSet
from channels.routing.tests.conftest import Desk
from channels.standards.tests.talking import hear
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers.factories import customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> User:
    return people.user(Role.OPERATIONS)


def test_a_draft_counts_only_when_it_is_put_to_use(desk: Desk, boss: User) -> None:
    draft = services.begin_draft(services.active(), by=boss)
    services.save_rule(Rule(name="Urgent", priority=4), draft, by=boss)
    assert hear(customer(), desk.channel).priority == 2
    services.activate(draft, by=boss, note="All is urgent")
    assert hear(customer(), desk.channel).priority == 4
    assert RuleSet.objects.filter(state="old").count() == 1
    assert AuditEntry.objects.filter(action="routing.activated").count() == 1


def test_an_earlier_version_comes_back_as_a_draft(boss: User, rule: Callable[..., Rule]) -> None:
    rule(name="First", tags=["a"], conditions={"words": ["x"]})
    first = services.active()
    services.activate(services.begin_draft(first, by=boss), by=boss)
    first.refresh_from_db()
    back = services.restore(first, by=boss)
    copied = back.rules.get()
    assert (copied.name, copied.tags, copied.conditions) == ("First", ["a"], {"words": ["x"]})
    assert back.state == RuleSet.State.DRAFT


def test_there_is_one_draft_at_a_time(boss: User) -> None:
    services.begin_draft(services.active(), by=boss)
    with pytest.raises(Refused):
        services.begin_draft(services.active(), by=boss)


def test_what_is_in_use_cannot_be_changed(boss: User, rule: Callable[..., Rule]) -> None:
    made = rule()
    with pytest.raises(Refused):
        services.save_rule(made, made.ruleset, by=boss)
    with pytest.raises(Refused):
        services.delete_rule(made, by=boss)
    with pytest.raises(Refused):
        services.discard(made.ruleset, by=boss)
    with pytest.raises(Refused):
        services.activate(made.ruleset, by=boss)


def test_rules_change_places(boss: User) -> None:
    draft = services.begin_draft(services.active(), by=boss)
    first, _second, third = (services.save_rule(Rule(name=one), draft, by=boss) for one in "abc")
    services.move_rule(third, 1, by=boss)
    assert [one.name for one in draft.rules.order_by("position")] == ["c", "a", "b"]
    services.move_rule(first, 99, by=boss)
    assert [one.name for one in draft.rules.order_by("position")] == ["c", "b", "a"]
    assert [one.position for one in draft.rules.order_by("position")] == [1, 2, 3]
