"""Many dispatchers at once: wrong clocks, long sleeps, one cap for all, a customer who says no meanwhile."""

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from channels import factories
from channels.campaigns import finishing, sending
from channels.campaigns.models import Campaign, Delivery, Tally
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.sandbox.models import Faults, SandboxMessage
from crm.tests.faults.doomed import Wish
from crm.tests.faults.judging import at_work, audience, done, launched, met, verdict, wait
from customers.models import Customer

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sandbox", "only_our_own_workers"),
]


@pytest.fixture
def log(tmp_path: Path) -> str:
    return str(tmp_path / "fates")


def test_clocks_five_minutes_apart_on_either_side(log: str, say: Callable[[str], None]) -> None:
    campaign = launched(audience(2_000), factories.channel())
    with at_work(wish := Wish(log, skew=300, kills=16)) as workers:
        took = workers.wait(lambda: done(campaign))
    kills, figures = met(wish).total(), verdict([campaign])
    say(f"clocks ±5 min: {kills} kills, {took:.0f} s; {figures}")
    assert figures["duplicates"] == figures["in no named end"] == figures["accepted but never arrived"] == 0
    assert kills >= 0.9 * wish.kills
    assert figures["accepted"] + figures.get("unknown", 0) == 2_000
    assert figures.get("unknown", 0) <= 20 * kills


@pytest.mark.parametrize("connector", ["sandbox_smtp", "sandbox_http"])
def test_workers_that_sleep_past_their_lease(connector: str, log: str, say: Callable[[str], None]) -> None:
    campaign = launched(audience(2_000), factories.channel(connector=connector))
    points = ["intent committed", "before the call", "after the call", "before settling"]
    with at_work(wish := Wish(log, fate="stop", kills=32, points=points, lease=1.0)) as workers:
        took = workers.wait(lambda: done(campaign) and not _wakes(campaign))
    slept, figures = met(wish), verdict([campaign])
    say(f"{connector}: {slept.total()} slept past their lease, {took:.0f} s; {figures}")
    assert slept.total() >= 0.9 * wish.kills
    assert set(slept) == set(points)
    assert figures["duplicates"] == figures["in no named end"] == 0
    assert figures["arrived but not accounted for"] == figures["accepted but never arrived"] == 0
    # Whoever wakes says what happened: nothing stays unknown, nothing is lost.
    assert figures["accepted"] == figures["arrived"] == 2_000


def _wakes(campaign: Campaign) -> bool:
    return Delivery.objects.filter(campaign=campaign).exclude(state="accepted").exists()


def test_one_cap_for_twenty_workers_and_five_campaigns(log: str, say: Callable[[str], None]) -> None:
    people = audience(2_000)
    campaigns = [launched(people, factories.channel()) for _ in range(5)]
    with at_work(Wish(log, workers=20, lease=30.0), CONTACT_CAP="1", CONTACT_CAP_DAYS="1") as workers:
        took = workers.wait(lambda: done(*campaigns))
    figures = verdict(campaigns)
    say(f"cap of 1, 20 workers, 5 campaigns, 10,000 rows, {took:.0f} s; {figures}")
    arrived = Counter(SandboxMessage.objects.values_list("recipient", flat=True))
    assert len(arrived) == 2_000
    assert set(arrived.values()) == {1}
    assert figures["accepted"] == 2_000
    assert figures["skipped"] == 8_000


def test_a_withdrawal_takes_effect_within_a_second(log: str, say: Callable[[str], None]) -> None:
    """Five queues with a slow provider; now and then a customer who still waits says no."""
    Faults.objects.create(pk=1, delay=20)
    people = audience(1_000)
    campaigns = [launched(people, factories.channel()) for _ in range(5)]
    said: dict[str, datetime] = {}
    dice = random.Random(7)

    def withdraw() -> None:
        waiting = Customer.objects.filter(deliveries__state="ready").distinct().order_by("pk")
        for one in dice.sample(list(waiting), k=min(8, waiting.count())):
            consent.withdraw(one, Purpose.MARKETING, "email", source="test")
            said.setdefault(one.email, timezone.now())

    with at_work(Wish(log, workers=8, lease=30.0), CONTACT_CAP="0") as workers:
        workers.wait(lambda: done(*campaigns), withdraw)
    rows = SandboxMessage.objects.filter(recipient__in=said).values_list("recipient", "received_at")
    delays = [(at - said[who]).total_seconds() for who, at in rows if at > said[who]]
    left_out = Delivery.objects.filter(state="skipped", reason="no_consent").count()
    latest = max(delays, default=0.0)
    say(
        f"{len(said)} said no, {left_out} messages left out, {len(delays)} came later: {latest:.2f} s at most"
    )
    assert left_out
    assert latest <= 1.0


def test_locks_that_are_not_granted_in_time(log: str, say: Callable[[str], None]) -> None:
    """The database gives up waiting after a tenth of a second, while others hold what everybody needs."""
    campaign = launched(audience(1_000), factories.channel())
    held = 0

    def hold() -> None:
        nonlocal held
        with transaction.atomic():
            held += len(Tally.objects.select_for_update().filter(campaign=campaign))
            list(Customer.objects.select_for_update().order_by("?")[:100])
            time.sleep(0.3)

    with at_work(Wish(log, lease=30.0), PGOPTIONS="-c lock_timeout=100") as workers:
        took = workers.wait(lambda: done(campaign), hold)
    figures = verdict([campaign])
    say(f"locks refused, {took:.0f} s, counts held {held} times: {figures}")
    assert held
    assert figures["accepted"] == figures["arrived"] == 1_000
    assert figures["duplicates"] == 0


def test_the_same_tick_fifty_times_at_once(log: str, say: Callable[[str], None]) -> None:
    """As fifty beats would: each sweeps, and each sends what the sweep found."""
    campaign = launched(audience(1_500), factories.channel())

    def tick(_number: int) -> None:
        try:
            finishing.sweep()
            for step, pk in finishing.to_do():
                if step is finishing.Step.PLAN:
                    _plan(pk)
            sending.deliver(campaign.pk, connections=1)
            finishing.finish(campaign.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(tick, range(50)))
    wait(lambda: done(campaign), lambda: tick(0))
    figures = verdict([campaign])
    say(f"50 ticks at once: {figures}")
    assert figures["accepted"] == figures["arrived"] == 1_500
    assert figures["duplicates"] == 0


def _plan(campaign_pk: int) -> None:
    from channels.campaigns import planning

    planning.materialise(campaign_pk)
