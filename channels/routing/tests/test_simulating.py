"""A simulation compares the rules in use with a draft, over what really arrived, and changes nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from channels.inbox.models import Conversation
from channels.routing import services, simulating
from channels.routing.models import Change, Rule, RuleSet, Simulation
from channels.routing.tests.conftest import Desk
from channels.standards.tests.talking import hear, policy
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db: None) -> User:
    return people.user(Role.OPERATIONS)


def draft_with(boss: User, **rule: Any) -> RuleSet:
    draft = services.begin_draft(services.active(), by=boss)
    services.save_rule(Rule(name="New", **rule), draft, by=boss)
    return draft


def run(draft: RuleSet, boss: User) -> Simulation:
    made = services.simulate(draft, by=boss)
    simulating.run(made.pk)
    made.refresh_from_db()
    return made


def test_it_tells_who_would_have_got_what(desk: Desk, boss: User) -> None:
    other = people.team("Complaints")
    dan = people.user(Role.SERVICE, teams=(other,))
    angry, calm = hear(customer(), desk.channel, "refund!"), hear(customer(), desk.channel, "thanks")
    draft = draft_with(boss, conditions={"words": ["refund"]}, team=other, priority=4)
    done = run(draft, boss)
    assert (done.total, done.done, done.error) == (2, 2, "")
    assert done.finished_at is not None
    assert done.summary["now"]["teams"] == {str(desk.team.pk): 2}
    assert done.summary["then"]["teams"] == {str(desk.team.pk): 1, str(other.pk): 1}
    # Who has it instead shifts the turns of those behind.
    change = Change.objects.get(what__contains=["team"])
    assert change.conversation == angry
    assert change.what == ["person", "priority", "team"]
    assert (change.then["team"], change.then["person"]) == (other.pk, dan.pk)
    for one in (angry, calm):
        assert Conversation.objects.get(pk=one.pk).team == desk.team
        assert Conversation.objects.get(pk=one.pk).assignee is None


def test_a_draft_like_the_rules_in_use_changes_nothing(desk: Desk, boss: User) -> None:
    for _turn in range(5):
        hear(customer(), desk.channel)
    done = run(services.begin_draft(services.active(), by=boss), boss)
    assert done.summary["changed"] == {"any": 0}
    assert done.summary["now"] == done.summary["then"]


def test_people_fill_up_and_become_free(desk: Desk, boss: User) -> None:
    """Three people with room for 20 each, and 70 conversations that nobody closes."""
    start = timezone.now() - timedelta(days=1)
    ming = customer()
    Conversation.objects.bulk_create(
        Conversation(
            customer=ming,
            channel=desk.channel,
            kind="email",
            is_main=False,
            opened_at=start + timedelta(minutes=number),
        )
        for number in range(70)
    )
    done = run(services.begin_draft(services.active(), by=boss), boss)
    assert done.summary["now"]["why"] == {"least": 60, "full": 10}
    Conversation.objects.update(
        status="closed", closed_because="solved", closed_at=start + timedelta(minutes=80)
    )
    half = Conversation.objects.order_by("pk").values_list("pk", flat=True)[:35]
    Conversation.objects.filter(pk__in=list(half)).update(closed_at=start + timedelta(minutes=35))
    RuleSet.objects.filter(state="draft").delete()
    done = run(services.begin_draft(services.active(), by=boss), boss)
    assert done.summary["now"]["why"] == {"least": 70}


def test_another_priority_may_keep_fewer_promises(desk: Desk, boss: User) -> None:
    policy(name="Urgent", conditions={"priorities": [4]}, first_reply=5, position=1)
    policy(name="All", first_reply=600, position=2)
    arrived = hear(customer(), desk.channel)
    then = arrived.opened_at + timedelta(minutes=30)
    Conversation.objects.update(first_reply_at=then, opened_at=arrived.opened_at)
    done = run(draft_with(boss, priority=4), boss)
    assert done.summary["now"]["promises"]["counts"] == {"kept": 1}
    assert done.summary["then"]["promises"]["counts"] == {"late": 1}


def test_what_a_crash_left_is_done_again_and_given_up_in_the_end(desk: Desk, boss: User) -> None:
    hear(customer(), desk.channel)
    made = services.simulate(services.begin_draft(services.active(), by=boss), by=boss)
    Simulation.objects.update(lease_until=timezone.now() - timedelta(seconds=1), attempts=1, done=1)
    simulating.sweep()
    made.refresh_from_db()
    assert made.finished_at is not None
    Simulation.objects.update(finished_at=None, lease_until=None, attempts=3)
    simulating.sweep()
    made.refresh_from_db()
    assert made.error == "attempts"


def test_one_person_asks_for_one_at_a_time(desk: Desk, boss: User) -> None:
    services.simulate(services.active(), by=boss)
    with pytest.raises(Refused):
        services.simulate(services.active(), by=boss)


def test_a_worker_that_holds_it_is_not_disturbed(desk: Desk, boss: User) -> None:
    made = services.simulate(services.active(), by=boss)
    Simulation.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    simulating.run(made.pk)
    made.refresh_from_db()
    assert made.finished_at is None


def test_more_conversations_cost_no_more_statements(
    desk: Desk, boss: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    people_of = [customer() for _turn in range(30)]
    Conversation.objects.bulk_create(
        Conversation(customer=one, channel=desk.channel, kind="email") for one in people_of
    )
    made = services.simulate(draft_with(boss, conditions={"words": ["x"]}), by=boss)
    with django_assert_max_num_queries(45, connection=connection):
        simulating.run(made.pk)
