"""What arrives finds its department and its person, and says why."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels import factories
from channels.inbox import services
from channels.inbox.models import Conversation, Message
from channels.routing.models import Capacity, Decision, Department, Rule, RuleSet
from channels.routing.tests.conftest import Desk
from channels.standards.tests.talking import calendar, hear, say
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.orders.models import Rollup
from segments.models import Membership, Segment
from segments.scoring.models import Score

pytestmark = pytest.mark.django_db
Here = Callable[..., None]
MakeRule = Callable[..., Rule]
Why = Decision.Why


def why(conversation: Conversation) -> str:
    return Decision.objects.filter(conversation=conversation).latest("pk").why


def test_without_rules_the_channels_department_takes_it(desk: Desk, here: Here) -> None:
    here(desk.bob)
    arrived = hear(customer(), desk.channel)
    assert (arrived.team, arrived.assignee, why(arrived)) == (desk.team, desk.bob, Why.LEAST)
    assert arrived.assigned_because
    line = Message.objects.get(conversation=arrived, direction="system", kind="assigned")
    assert line.data["why"] == arrived.assigned_because


def test_nobody_here_leaves_it_with_the_department(desk: Desk) -> None:
    arrived = hear(customer(), desk.channel)
    assert (arrived.team, arrived.assignee, why(arrived)) == (desk.team, None, Why.ABSENT)
    assert arrived.assigned_because


def test_a_channel_of_nobody_goes_nowhere(desk: Desk) -> None:
    arrived = hear(customer(), factories.channel())
    assert (arrived.team, arrived.assignee, why(arrived)) == (None, None, Why.NOWHERE)


def test_a_department_without_people_says_so(desk: Desk) -> None:
    arrived = hear(customer(), factories.channel(team=people.team()))
    assert why(arrived) == Why.EMPTY


def test_the_first_rule_that_fits_decides_everything(desk: Desk, here: Here, rule: MakeRule) -> None:
    other = people.team("Complaints")
    dan = people.user(Role.SERVICE, teams=(other,))
    here(*desk.everybody, dan)
    rule(conditions={"kinds": ["sms"]}, team=desk.team)
    rule(name="Angry", conditions={"words": ["投诉", "refund"]}, team=other, priority=4, tags=["money"])
    rule(conditions={}, team=desk.team)
    arrived = hear(customer(), desk.channel, "I want a REFUND now")
    assert (arrived.team, arrived.assignee, arrived.priority) == (other, dan, 4)
    assert arrived.tags == ["money"]
    assert "Angry" in arrived.assigned_because
    assert Decision.objects.get().rule is not None


def test_a_rule_out_of_use_is_passed_over(desk: Desk, rule: MakeRule) -> None:
    rule(enabled=False, priority=4)
    assert hear(customer(), desk.channel).priority == 2


SEGMENT = {"segments": "here"}


@pytest.mark.parametrize(
    ("conditions", "said", "fits"),
    [
        ({"words": ["退款"]}, {"text": "我要退款！"}, True),
        ({"words": ["退款"]}, {"text": "我要开发票"}, False),
        ({"words": ["invoice"]}, {"text": "", "subject": "Invoice missing"}, True),
        ({"languages": ["zh-hans"]}, {"text": "你好，请问什么时候发货"}, True),
        ({"languages": ["zh-hans"]}, {"text": "When will it be sent?"}, False),
        ({"kinds": ["email"]}, {}, True),
        ({"kinds": ["wechat", "sms"]}, {}, False),
        ({"unsure": True}, {}, False),
        ({"unsure": False}, {}, True),
        ({"returning": True}, {}, False),
        ({"returning": False}, {}, True),
        ({"spent": 1000}, {}, True),
        ({"spent": 5001}, {}, False),
        ({"groups": ["champion"]}, {}, True),
        ({"groups": ["lost"]}, {}, False),
        ({"stages": ["loyal"]}, {}, True),
        ({"kinds": ["email"], "spent": 5001}, {}, False),
        ({"segments": "mine"}, {}, True),
        ({"segments": "other"}, {}, False),
        ({"owners": "mine"}, {}, True),
        ({"owner_teams": "mine"}, {}, True),
        ({"owner_teams": "other"}, {}, False),
        ({"channels": "mine"}, {}, True),
        ({"channels": "other"}, {}, False),
    ],
)
def test_a_rule_asks(
    desk: Desk, rule: MakeRule, conditions: dict[str, Any], said: dict[str, Any], *, fits: bool
) -> None:
    owner = people.user(Role.SALES)
    ming = customer(owner=owner, team=desk.team)
    Rollup.objects.filter(customer=ming).update(total=Decimal(5000))
    Score.objects.create(customer=ming, recency=5, frequency=5, monetary=5, group="champion", stage="loyal")
    segment = Segment.objects.create(name="VIP", created_by=owner)
    Membership.objects.create(segment=segment, customer=ming)
    mine = {"segments": segment.pk, "owners": owner.pk, "owner_teams": desk.team.pk}
    mine["channels"] = desk.channel.pk
    asked = {
        key: [mine[key] if value == "mine" else 0] if value in ("mine", "other") else value
        for key, value in conditions.items()
        if isinstance(value, str)
    }
    rule(conditions={**conditions, **asked}, priority=4)
    assert (hear(ming, desk.channel, **said).priority == 4) is fits


@pytest.mark.parametrize("wants_open", [True, False])
def test_a_rule_asks_whether_we_are_open(desk: Desk, rule: MakeRule, *, wants_open: bool) -> None:
    closed = calendar(week=[[]] * 7)
    rule(conditions={"hours": {"calendar": closed.pk, "open": wants_open}}, priority=4)
    assert (hear(customer(), desk.channel).priority == 4) is not wants_open


def test_a_customer_who_comes_again_is_known(desk: Desk, rule: MakeRule) -> None:
    rule(conditions={"returning": True}, priority=4)
    ming = customer()
    first = hear(ming, desk.channel)
    services.close(first, "spam")
    again = hear(ming, desk.channel)
    assert again.pk != first.pk
    assert (first.priority, again.priority) == (2, 4)


def test_the_owner_comes_first_if_the_rule_says_so(desk: Desk, here: Here, rule: MakeRule) -> None:
    owner = people.user(Role.SALES)
    here(desk.ann, owner)
    rule(prefers=["owner"])
    arrived = hear(customer(owner=owner), desk.channel)
    assert (arrived.assignee, why(arrived)) == (owner, Why.OWNER)


def test_an_owner_who_is_away_is_passed_over(desk: Desk, here: Here, rule: MakeRule) -> None:
    here(desk.ann)
    rule(prefers=["owner"])
    arrived = hear(customer(owner=people.user(Role.SALES)), desk.channel)
    assert (arrived.assignee, why(arrived)) == (desk.ann, Why.LEAST)


def test_an_owner_may_have_it_though_they_are_away(desk: Desk, rule: MakeRule) -> None:
    owner = people.user(Role.SALES)
    rule(prefers=["owner"], even_offline=True)
    assert hear(customer(owner=owner), desk.channel).assignee == owner


def test_an_owner_who_answers_nobody_is_passed_over(desk: Desk, here: Here, rule: MakeRule) -> None:
    owner = people.user(Role.MARKETING)
    here(desk.ann, owner)
    rule(prefers=["owner"])
    assert hear(customer(owner=owner), desk.channel).assignee == desk.ann


def test_whoever_answered_last_comes_next(desk: Desk, here: Here, rule: MakeRule) -> None:
    ming = customer(email="ming@example.com")
    rule(prefers=["last"])
    first = hear(ming, desk.channel)
    say(first, desk.channel, desk.cat)
    services.close(first, "spam")
    Message.objects.filter(direction="out").update(at=timezone.now() - timedelta(days=1))
    here(*desk.everybody)
    again = hear(ming, desk.channel)
    assert (again.assignee, why(again)) == (desk.cat, Why.LAST)


def test_the_least_busy_gets_it_and_equals_take_turns(desk: Desk, here: Here) -> None:
    here(*desk.everybody)
    given = [hear(customer(), desk.channel).assignee for _turn in range(6)]
    assert sorted(given, key=str) == sorted([*desk.everybody, *desk.everybody], key=str)


def test_turns_do_not_look_at_load(desk: Desk, here: Here, rule: MakeRule) -> None:
    rule(spread="turns")
    here(desk.ann, desk.bob)
    first, second = (hear(customer(), desk.channel) for _turn in range(2))
    services.close(second, "solved")
    third = hear(customer(), desk.channel)
    assert {first.assignee, second.assignee} == {desk.ann, desk.bob}
    assert (third.assignee, why(third)) == (first.assignee, Why.TURN)


def test_nobody_gets_more_than_they_can_hold(desk: Desk, here: Here) -> None:
    here(desk.ann)
    Capacity.objects.create(user=desk.ann, most=1)
    assert hear(customer(), desk.channel).assignee == desk.ann
    second = hear(customer(), desk.channel)
    assert (second.assignee, why(second)) == (None, Why.FULL)


def test_a_department_may_take_it_itself(desk: Desk, here: Here, rule: MakeRule) -> None:
    here(*desk.everybody)
    rule(spread="nobody")
    arrived = hear(customer(), desk.channel)
    assert (arrived.assignee, why(arrived)) == (None, Why.DEPARTMENT)


def test_further_words_change_nothing(desk: Desk, here: Here, rule: MakeRule) -> None:
    rule(conditions={"words": ["refund"]}, priority=4)
    ming = customer()
    hear(ming, desk.channel)
    here(desk.ann)
    assert hear(ming, desk.channel, "refund").priority == 2
    assert Decision.objects.count() == 1


def test_what_is_opened_again_goes_to_who_had_it(desk: Desk, here: Here) -> None:
    here(*desk.everybody)
    ming = customer()
    first = hear(ming, desk.channel)
    services.close(first, "solved")
    again = hear(ming, desk.channel)
    assert (again.pk, again.assignee, why(again)) == (first.pk, first.assignee, Why.KEPT)


def test_what_is_opened_again_finds_somebody_else_if_they_left(desk: Desk, here: Here) -> None:
    ming = customer()
    first = hear(ming, desk.channel)
    services.assign(first, desk.cat)
    services.close(first, "solved")
    here(desk.bob)
    assert hear(ming, desk.channel).assignee == desk.bob


def test_what_a_colleague_began_is_theirs(desk: Desk, here: Here) -> None:
    here(desk.bob)
    ming = customer()
    started = services.start(ming, desk.channel, by=desk.ann)
    assert hear(ming, desk.channel).assignee == desk.ann
    assert not Decision.objects.filter(conversation=started).exists()


def test_automatic_mail_is_not_routed(desk: Desk) -> None:
    hear(customer(), desk.channel, is_automatic=True)
    assert not Decision.objects.exists()


def test_people_of_the_groups_belong_to_the_department(desk: Desk, here: Here) -> None:
    group = people.team(parent=desk.team)
    eve: User = people.user(Role.SERVICE, teams=(group,))
    here(eve)
    assert hear(customer(), desk.channel).assignee == eve


def test_an_opening_is_decided_once(desk: Desk) -> None:
    arrived = hear(customer(), desk.channel)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(conversation=arrived, why=Why.LEAST)


@pytest.mark.parametrize(
    "fields",
    [
        {"waiting_minutes": 10},
        {"answers": True},
        {"answers": True, "answer_en": "We are closed."},
    ],
)
def test_a_department_cannot_be_half_set_up(desk: Desk, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.objects.create(team=desk.team, **fields)


def test_one_version_is_in_use(desk: Desk) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.create(number=99, state="active", activated_at=timezone.now())
