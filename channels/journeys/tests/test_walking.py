"""The engine against an oracle in plain Python: random journeys, and crashes after every stage."""

import os
from contextlib import suppress
from datetime import timedelta
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
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer

EXAMPLES = int(os.environ.get("JOURNEY_EXAMPLES", "12"))
STAGES = ((acting, "act"), (books, "write"), (books, "move"), (books, "count"))


class Crash(Exception):
    """The worker was killed here."""


def kinds(channel: int) -> list[dict[str, Any]]:
    return [
        {"kind": "wait", "mode": "for", "number": 1, "unit": "days"},
        {"kind": "tag", "tag": "gold", "takes_away": False},
        {"kind": "tag", "tag": "gold", "takes_away": True},
        {
            "kind": "message",
            "channel": channel,
            "purpose": "marketing",
            "subject": "Hello",
            "body": "{{ name }}",
        },
        {"kind": "exit"},
        {"kind": "split", "percent": 50},
        {"kind": "condition"},
    ]


@st.composite
def designs(draw: st.DrawFn, channel: int) -> dict[str, Any]:
    numbers = iter(range(1, 500))

    def line(depth: int) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = []
        for _place in range(draw(st.integers(1 if depth == 0 else 0, 3))):
            raw = dict(draw(st.sampled_from(kinds(channel)[: 7 if depth < 2 else 5])))
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

    return make.design(*line(0), trigger="manual")


def oracle(nodes: list[dict[str, Any]], tags: set[str], pk: int) -> list[tuple[int, str]]:
    """What should happen, node by node, without a database."""
    walked: list[tuple[int, str]] = []
    drawn = plan.read(make.design(*nodes))
    here = drawn.first
    while here:
        raw = drawn.nodes[here].settings
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
        by, channel = user(Role.MARKETING), factories.channel()
        _walk_all(data, by, channel)
        transaction.set_rollback(True)


def _walk_all(data: st.DataObject, by: User, channel: Channel) -> None:
    drawn = data.draw(designs(channel.pk))
    people = [customer(tags=["gold"] if data.draw(st.booleans()) else []) for _number in range(3)]
    expected = {one.pk: oracle(drawn["nodes"], set(one.tags), one.pk) for one in people}
    journey = make.journey(drawn, by)
    now = timezone.now()
    _enter(journey, people, now)
    crashes = data.draw(st.lists(st.sampled_from(range(len(STAGES))), max_size=6))
    for day in range(60):
        at = now + timedelta(days=day, hours=1)
        while _advance(journey, at, crashes):
            pass
    assert not Run.objects.active().exists()
    for one in people:
        run = Run.objects.get(customer=one)
        steps = list(Step.objects.filter(run=run).order_by("number").values_list("number", "node", "what"))
        assert [(node, what) for _number, node, what in steps] == expected[one.pk]
        assert [number for number, _node, _what in steps] == list(range(1, len(steps) + 1))
        written = sum(1 for _node, what in expected[one.pk] if what == "message")
        assert DirectMessage.objects.filter(customer=one).count() == written


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
