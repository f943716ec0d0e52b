"""The engine against an oracle in plain Python: random journeys and events, and crashes after every stage.

JOURNEY_EXAMPLES says how many; the usual run tries few.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels import factories
from channels.direct.models import DirectMessage
from channels.journeys import acting, books, deciding, entering, plan, stepping
from channels.journeys.deciding import Traveller
from channels.journeys.models import Journey, Run, Step
from channels.journeys.tests import conftest as make
from channels.webhooks.events import JOURNEY
from channels.webhooks.factories import subscription
from channels.webhooks.models import Event
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories as customers
from customers.factories import customer
from customers.models import Customer
from customers.timeline.models import Entry
from segments import services as segments

EXAMPLES = int(os.environ.get("JOURNEY_EXAMPLES", "12"))
# What may happen to somebody under way, and the day on which it does.
EVENTS = st.sampled_from(["", deciding.GOAL, deciding.GONE])
STAGES = ((acting, "act"), (books, "write"), (books, "move"), (books, "count"))


class Crash(Exception):
    """The worker was killed here."""


@dataclass(frozen=True)
class World:
    """What steps need to act."""

    channel: int
    webhook: int
    segment: int
    colleague: int


def kinds(world: World) -> list[dict[str, Any]]:
    """Those that may stand in a branch come first."""
    return [
        {"kind": "wait", "mode": "for", "number": 1, "unit": "days"},
        {"kind": "tag", "tag": "gold", "takes_away": False},
        {"kind": "tag", "tag": "gold", "takes_away": True},
        {
            "kind": "message",
            "channel": world.channel,
            "purpose": "marketing",
            "subject": "Hello",
            "body": "{{ name }}",
        },
        {"kind": "webhook", "webhook": world.webhook, "title": "reached"},
        {"kind": "notice", "title": "Look", "colleague": world.colleague},
        {"kind": "segment", "segment": world.segment, "takes_out": False},
        {"kind": "segment", "segment": world.segment, "takes_out": True},
        {"kind": "exit"},
        {"kind": "split", "percent": 50},
        {"kind": "condition"},
    ]


@st.composite
def designs(draw: st.DrawFn, world: World) -> dict[str, Any]:
    numbers = iter(range(1, 500))

    def line(depth: int) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = []
        for _place in range(draw(st.integers(1 if depth == 0 else 0, 3))):
            raw = dict(draw(st.sampled_from(kinds(world)[: 11 if depth < 2 else 9])))
            raw["id"] = next(numbers)
            if raw["kind"] == "split":
                raw["branches"] = {"a": line(depth + 1), "b": line(depth + 1)}
            if raw["kind"] == "condition":
                raw = make.has_tag(raw["id"], "gold", line(depth + 1), line(depth + 1))
            nodes.append(raw)
        goes_back: bool = draw(st.booleans())
        if nodes and goes_back and any(one["kind"] == "wait" for one in nodes):
            nodes.append({"id": next(numbers), "kind": "again", "to": nodes[0]["id"], "times": 2})
        return nodes

    return make.design(*line(0), trigger="manual", goal="order")


def oracle(
    nodes: list[dict[str, Any]], tags: set[str], pk: int, event: tuple[str, int]
) -> list[tuple[int, str]]:
    """What should happen, node by node, without a database. The event ends it from its day on."""
    walked: list[tuple[int, str]] = []
    drawn = plan.read(make.design(*nodes))
    here, day = drawn.first, 0
    while here:
        raw = drawn.nodes[here].settings
        day += raw["kind"] == "wait"
        if event[0] and day >= event[1]:
            return [*walked, (here, event[0])]
        what, after = raw["kind"], drawn.nodes[here].after()
        if what == "tag":
            tags = tags - {raw["tag"]} if raw["takes_away"] else tags | {raw["tag"]}
        elif what == "condition":
            what = "yes" if "gold" in tags else "no"
            after = drawn.nodes[here].after(what)
        elif what == "split":
            percent = deciding.lot(drawn.nodes[here], _traveller(pk))
            what = "a" if percent < 50 else "b"
            after = drawn.nodes[here].after(what)
        elif what == "again":
            back = sum(1 for node, _what in walked if node == here) < raw["times"]
            what, after = ("again", raw["to"]) if back else ("enough", after)
        walked.append((here, what))
        here = 0 if what == "exit" else after
    return walked


def _traveller(pk: int) -> Traveller:
    return Traveller(0, pk, timezone.now(), 0, timezone.now(), 0, {})


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_step_is_skipped_or_repeated_whatever_crashes(data: st.DataObject) -> None:
    with transaction.atomic():
        by = user(Role.MARKETING)
        listed = segments.make_list("Listed", [], by=by)
        _walk_all(data, by, World(factories.channel().pk, subscription().pk, listed.pk, by.pk))
        transaction.set_rollback(True)


def _walk_all(data: st.DataObject, by: User, world: World) -> None:
    drawn = data.draw(designs(world))
    people = [customer(tags=["gold"] if data.draw(st.booleans()) else []) for _number in range(3)]
    events = {one.pk: data.draw(st.tuples(EVENTS, st.integers(0, 4))) for one in people}
    expected = {one.pk: oracle(drawn["nodes"], set(one.tags), one.pk, events[one.pk]) for one in people}
    journey = make.journey(drawn, by)
    now = timezone.now()
    _enter(journey, people, now)
    crashes = data.draw(st.lists(st.sampled_from(range(len(STAGES))), max_size=6))
    for day in range(60):
        for one in people:
            _happen(one, *events[one.pk], day, now + timedelta(days=day, minutes=30))
        while _advance(journey, now + timedelta(days=day, hours=1), crashes):
            pass
        if not Run.objects.active().exists():
            break
    for one in people:
        _judge(one, expected[one.pk])


def _happen(one: Customer, what: str, on: int, day: int, at: datetime) -> None:
    if day == on and what == deciding.GOAL:
        customers.order(one, placed_at=at)
    if day == on and what == deciding.GONE:
        Customer.objects.filter(pk=one.pk).update(deleted_at=at)


def _judge(one: Customer, expected: list[tuple[int, str]]) -> None:
    run = Run.objects.get(customer=one)
    assert run.state != Run.State.ACTIVE
    steps = list(Step.objects.filter(run=run).order_by("number").values_list("number", "node", "what"))
    assert [(node, what) for _number, node, what in steps] == expected
    assert [number for number, _node, _what in steps] == list(range(1, len(steps) + 1))
    laid_out = {
        "message": DirectMessage.objects.filter(customer=one),
        "webhook": Event.objects.filter(kind=JOURNEY, body__contains=f'"customer": {one.pk}, '),
        "notice": Entry.objects.filter(customer=one, kind="journey.told"),
    }
    for kind, rows in laid_out.items():
        assert rows.count() == sum(1 for _node, what in expected if what == kind), kind


def _enter(journey: Journey, people: list[Customer], at: Any) -> None:
    journey = Journey.objects.select_related("version", "switched_on_by").get(pk=journey.pk)
    assert entering.enter(journey, [(one.pk, "once") for one in people], at) == len(people)
    assert entering.enter(journey, [(one.pk, "once") for one in people], at) == 0


def _advance(journey: Journey, at: Any, crashes: list[int]) -> bool:
    if not crashes:
        return bool(stepping.advance(journey.pk, at))
    module, name = STAGES[crashes.pop()]
    whole = getattr(module, name)

    def dies(*args: Any, **kwargs: Any) -> Any:
        whole(*args, **kwargs)
        raise Crash

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, dies)
        with suppress(Crash):
            stepping.advance(journey.pk, at)
    return True
