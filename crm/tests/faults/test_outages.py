"""Campaigns while things around them go away: the broker, its memory, PostgreSQL before outcomes are kept."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import redis
from django.conf import settings

from crm.embedded import locations
from crm.tests.faults.company import PARTS, Company, company
from crm.tests.faults.doomed import Wish
from crm.tests.faults.test_campaign import ended, figures

pytestmark = [pytest.mark.fault, pytest.mark.slow]
FLUSHES, FROZEN, RECIPIENTS = 5, 20.0, 6_000
LAUNCH = "from crm.tests.faults import filling\nresult = filling.launch_campaign({})"
ANSWER = "from crm.tests.faults import answering\nresult = answering.answer({})"


def test_a_broker_that_forgets_and_hangs_beside_two_beats_and_dispatchers(say: Callable[[str], None]) -> None:
    """Celery's workers and `manage.py dispatch` at once, each periodic task twice, no broker to rely on."""
    beat = ("-m", "celery", "-A", "crm.celery", "beat", "--pidfile=", "--loglevel=ERROR", "-s")
    with (
        company() as one,
        beside(one, *beat, str(one.var / "second-beat")),
        beside(one, "manage.py", "dispatch"),
    ):
        campaign = one.shell(LAUNCH.format(4_000))
        broker = redis.Redis.from_url(locations.cache_url(locations.redis_url(one.var)))
        for _ in range(FLUSHES):
            broker.flushall()
            time.sleep(0.5)
        (valkey,) = one.processes(PARTS["valkey"])
        os.kill(valkey, signal.SIGSTOP)
        time.sleep(FROZEN)
        os.kill(valkey, signal.SIGCONT)
        took = one.wait(lambda: ended(one, campaign), 300, "the campaign's end")
        report = figures(one, campaign)
        say(f"{FLUSHES} flushes, broker frozen {FROZEN:.0f} s, ended {took:.0f} s after it: {report}")
        assert report["accepted"] == report["arrived"] == report["arrived once"] == 4_000


def test_postgresql_is_stopped_between_the_call_and_the_books(say: Callable[[str], None]) -> None:
    with company() as one:
        wish = Wish(str(one.var / "fates"), 3, kills=3, fate="postgres", points=["before settling"], lease=30)
        with beside(one, "-m", "crm.tests.faults.doomed", json.dumps(asdict(wish))):
            one.wait(lambda: len(one.processes("faults.doomed")) > wish.workers, 120, "the dispatchers")
            campaign = one.shell(LAUNCH.format(RECIPIENTS))
            one.wait(lambda: ended(one, campaign), 330, "the campaign's end")
        stops = Path(wish.log).read_text().count("\n")
        report = figures(one, campaign)
        say(f"PostgreSQL stopped {stops} times before outcomes were recorded: {report}")
        assert stops
        assert report["arrived"] == report["arrived once"]
        assert report["accepted but never arrived"] == report["arrived but not accounted for"] == 0
        assert report["accepted"] + report["unknown"] == RECIPIENTS
        # Outcomes are recorded once the server is back; only intents whose commit broke may stay unknown.
        lines = 3 + 2 * len(one.processes(PARTS["worker"]))
        assert report["unknown"] <= stops * lines * 20


def test_a_colleague_s_answer_does_not_wait_for_a_campaign(say: Callable[[str], None]) -> None:
    with company() as one:
        one.shell(LAUNCH.format(20_000))
        waits = one.shell(ANSWER.format(20))
        waiting = one.value("SELECT count(*) FROM campaigns_delivery WHERE state = 'ready'")
        p95 = waits[int(len(waits) * 0.95)]
        say(f"an answer while {waiting:,} messages of a campaign wait: p95 {p95:.2f} s")
        assert waiting
        assert p95 < 2.0


@contextmanager
def beside(one: Company, *command: str) -> Iterator[None]:
    """A further process of the company."""
    running = subprocess.Popen([sys.executable, *command], cwd=settings.BASE_DIR, env=one.environment)
    try:
        yield
    finally:
        running.terminate()
        running.wait(60)
