"""A journey of 5,000 customers while its workers and PostgreSQL are killed, beside one that is left alone."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from channels.webhooks.tests.receiver import Receiver, listening
from crm.tests.faults.company import Company, company

pytestmark = [pytest.mark.fault, pytest.mark.slow]

RUNS = int(os.environ.get("JOURNEY_RUNS", "5000"))
KILLS = ["worker"] * 20 + ["postgres"]
# What happened to each customer, step by step.
WALKED = """
    SELECT run.customer_id, step.number, step.node, step.what FROM journeys_step AS step
    JOIN journeys_run AS run ON run.id = step.run_id WHERE run.journey_id = {journey}
"""
STATES = """
    SELECT message.state, count(*) FROM direct_directmessage AS message
    WHERE message.subject = '{name}' GROUP BY 1
"""
ARRIVED = "SELECT recipient, count(*) FROM sandbox_sandboxmessage WHERE subject = '{name}' GROUP BY 1"


def test_no_step_is_skipped_or_made_twice(
    say: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_LOCAL_TARGETS", "1")
    with listening() as server, company() as one:
        one.shell(f"from crm.tests.faults import filling\nresult = filling.people_for_journeys({RUNS})")
        shot = walk(one, "shot", server)
        kills = shoot(one, shot)
        ended = one.wait(lambda: is_over(one, "shot", shot), 1200, "the end of what was shot at")
        calm = walk(one, "calm", server)
        one.wait(lambda: is_over(one, "calm", calm), 1200, "the end of what was left alone")
        say(f"{kills} kills, over {ended:.0f} s after the last: {figures(one, 'shot', server)}")
        for first, second in ((shot, calm), (calm, shot)):
            more = f"{WALKED.format(journey=first)} EXCEPT {WALKED.format(journey=second)}"
            assert one.query(f"{more} LIMIT 5") == [], "a step was skipped, repeated, or another one"
        assert one.value(f"SELECT count(*) FROM ({WALKED.format(journey=shot)}) AS walked") > 5 * RUNS
        for name in ("shot", "calm"):
            judge(one, name, server)


def walk(one: Company, name: str, server: Receiver) -> int:
    journey: int = one.shell(
        f"from crm.tests.faults import filling\nresult = filling.begin_journey({name!r}, {server.url!r})"
    )
    return journey


def shoot(one: Company, journey: int) -> int:
    chance, hits = random.Random(11), 0
    for part in chance.sample(KILLS, len(KILLS)):
        hits += one.shoot_when_alive(part)
        time.sleep(chance.uniform(0.2, 1.5))
    return hits


def is_over(one: Company, name: str, journey: int) -> bool:
    walking = one.value(
        f"SELECT count(*) FROM journeys_run WHERE journey_id = {journey} AND state = 'active'"
    )
    begun = one.value(f"SELECT count(*) FROM journeys_run WHERE journey_id = {journey}")
    if walking or begun < RUNS:
        return False
    states = dict(one.query(STATES.format(name=name)))
    unsent = one.value("SELECT count(*) FROM webhooks_delivery WHERE state = 'waiting'")
    return not (states.keys() - {"accepted", "unknown"}) and not unsent


def figures(one: Company, name: str, server: Receiver) -> dict[str, object]:
    called = list(taken(server, name).values())
    return {
        "messages": dict(one.query(STATES.format(name=name))),
        "webhooks": len(called),
        "taken again under the same id": sum(called) - len(called),
    }


def taken(server: Receiver, name: str) -> Counter[tuple[str, int]]:
    """How often the receiver was told each event, and of whom."""
    told = [(headers, json.loads(body)["data"]) for headers, body in server.heard]
    return Counter((heads["webhook-id"], data["customer"]) for heads, data in told if data["name"] == name)


def judge(one: Company, name: str, server: Receiver) -> None:
    """The mail server's and the receiver's own logs."""
    arrived = dict(one.query(ARRIVED.format(name=name)))
    states = dict(one.query(STATES.format(name=name)))
    assert max(arrived.values()) == 1, "somebody got it twice"
    assert states["accepted"] <= len(arrived) <= states["accepted"] + states.get("unknown", 0)
    assert states.get("unknown", 0) <= len(KILLS) * 4
    customers = [customer for _event, customer in taken(server, name)]
    assert len(customers) == len(set(customers)), "two events for one step"
    assert len(customers) + sum(states.values()) == RUNS
