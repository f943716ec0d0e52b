"""Entering once, pausing, versions, goals, messages and the dry run."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.direct import sending
from channels.direct.models import DirectMessage
from channels.journeys import entering, rehearsing, running, services, stepping, tree
from channels.journeys.models import Journey, Run, Step
from channels.journeys.tests.conftest import design, has_tag, journey, later, message, tag, wait
from channels.models import Channel
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import factories
from customers.factories import customer
from segments.factories import segment
from segments.models import Membership

pytestmark = pytest.mark.django_db


def steps() -> list[tuple[int, str]]:
    return list(Step.objects.order_by("run", "number").values_list("node", "what"))


def test_who_is_new_enters_once_however_often_one_looks(marketer: User) -> None:
    customer(name="Was there before", created_at=timezone.now() - timedelta(days=1))
    made = journey(design(wait(1)), marketer)
    one = customer(created_at=later(0))
    for _time in range(3):
        running.go_on(made.pk)
    run = Run.objects.get()
    assert (run.customer, run.node, run.state) == (one, 1, Run.State.ACTIVE)
    assert stepping.advance(made.pk, later(2)) == 1
    running.go_on(made.pk)
    assert Run.objects.get().state == Run.State.DONE


def test_members_who_come_later_enter_and_those_put_in_by_hand(marketer: User) -> None:
    group = segment()
    made = journey(design(wait(1), trigger_of={"kind": "segment", "segment": group.pk}), marketer)
    early, late = customer(), customer()
    Membership.objects.create(segment=group, customer=late, entered_at=later(0))
    Membership.objects.create(segment=group, customer=early, entered_at=later(-9))
    running.go_on(made.pk)
    assert [run.customer for run in Run.objects.all()] == [late]
    services.put_in(made, group, by=marketer)
    running.go_on(made.pk)
    assert {run.customer for run in Run.objects.all()} == {late, early}


def test_a_birthday_is_one_entry_a_year(marketer: User) -> None:
    today = timezone.localdate()
    customer(birthday=today.replace(year=1992))
    customer(birthday=(today + timedelta(days=40)).replace(year=1992))
    made = journey(design(wait(1), trigger_of={"kind": "birthday", "hour": 0}, again=True), marketer)
    running.go_on(made.pk)
    made.watch.read_day = None
    running.go_on(made.pk)
    assert [run.entry_key for run in Run.objects.all()] == [f"birthday:{today.year}"]


def test_pausing_means_it_and_going_on_takes_up_where_it_was(marketer: User, channel: Channel) -> None:
    made = journey(design(message(1, channel), wait(2), tag(3, "gold")), marketer)
    customer(created_at=later(0))
    running.go_on(made.pk)
    services.pause(made, by=marketer)
    held = DirectMessage.objects.get()
    assert held.due_at > later(3000)
    customer(created_at=later(0))
    assert (entering.read(made.pk), stepping.advance(made.pk, later(9))) == (0, 0)
    services.switch_on(made, by=marketer)
    held.refresh_from_db()
    assert held.due_at < later(1)
    assert stepping.advance(made.pk, later(9)) == 1


def test_who_is_under_way_stays_on_their_version(marketer: User) -> None:
    made = journey(design(wait(1), tag(2, "old")), marketer)
    former = customer(created_at=later(0))
    running.go_on(made.pk)
    services.draw(made, design(wait(1), tag(2, "new")), before=made.design)
    services.switch_on(made, by=marketer)
    latter = customer(created_at=later(0))
    running.go_on(made.pk)
    for day in (2, 3):
        stepping.advance(made.pk, later(day))
    former.refresh_from_db()
    latter.refresh_from_db()
    assert (former.tags, latter.tags) == (["old"], ["new"])


def test_a_goal_ends_it_before_the_next_step(marketer: User, channel: Channel) -> None:
    made = journey(design(wait(1), message(2, channel), goal="order"), marketer)
    one = customer(created_at=later(0))
    running.go_on(made.pk)
    factories.order(one, placed_at=later(0.5))
    factories.order(customer(created_at=later(0)), placed_at=later(0.5))
    assert stepping.reach(made.pk, later(0.6)) == 1
    assert stepping.reach(made.pk, later(0.6)) == 0
    assert Run.objects.get().state == Run.State.GOAL
    stepping.advance(made.pk, later(2))
    assert not DirectMessage.objects.exists()
    assert tree.totals([made])[made.pk].goal == 1


def test_the_rules_of_sending_decide_when_it_is_sent(marketer: User, reached: Channel) -> None:
    made = journey(design(message(1, reached)), marketer)
    allowed = customer(name="Emma", email="emma@example.com", created_at=later(0))
    customer(email="silent@example.com", created_at=later(0))
    consent.grant(allowed, Purpose.MARKETING, "email", source="test", at=timezone.now())
    running.go_on(made.pk)
    for written in DirectMessage.objects.all():
        sending.send(written.pk)
    results = dict(Step.objects.values_list("run__customer__email", "result"))
    assert results == {"emma@example.com": "accepted", "silent@example.com": "skipped"}
    assert DirectMessage.objects.get(customer=allowed).body.startswith("Dear Emma\n")


def test_ending_takes_everybody_off_and_sends_nothing_more(marketer: User, channel: Channel) -> None:
    made = journey(design(message(1, channel), wait(2)), marketer)
    one = customer(email="emma@example.com", created_at=later(0))
    consent.grant(one, Purpose.MARKETING, "email", source="test", at=timezone.now())
    running.go_on(made.pk)
    services.end(made, by=marketer)
    running.go_on(made.pk)
    sending.send(DirectMessage.objects.get().pk)
    assert (Run.objects.get().state, DirectMessage.objects.get().reason) == ("left", "journey_ended")
    with pytest.raises(Refused):
        services.switch_on(made, by=marketer)


def test_the_dry_run_changes_nothing_and_says_what_then_happens(marketer: User, channel: Channel) -> None:
    plan = design(
        has_tag(1, "gold", [tag(2, "seen")], [message(3, channel, "Hello {{ company }}")]),
        wait(4),
        goal="order",
    )
    people: list[Any] = [customer(tags=["gold"] if n % 3 else [], created_at=later(0)) for n in range(6)]
    factories.order(people[1], placed_at=later(0.2))
    found = rehearsing.rehearse(plan, by=marketer, until=later(0.1))
    assert not Run.objects.exists()
    assert not DirectMessage.objects.exists()
    assert found.left_out[3] == {"no_consent": 2} or found.left_out[3]
    made = journey(plan, marketer)
    Journey.objects.get(pk=made.pk).watch.delete()
    entering.begin(made, made.version, timezone.now() - timedelta(days=1))  # type: ignore[arg-type]
    running.go_on(made.pk)
    stepping.advance(made.pk, later(2))
    happened = tree.of_rehearsal(found)
    for node in (1, 2, 3, 4):
        walked = Step.objects.filter(node=node, what__in=["yes", "no", "tag", "wait", "goal"])
        told = sum(happened[node].get(what, 0) for what in ("yes", "no", "tag", "wait", "goal"))
        assert walked.count() == told, node
    assert Run.objects.filter(state="goal").count() == found.ends["goal"] == 1
