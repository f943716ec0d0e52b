"""Workers of a campaign die at each named point of their work, whatever the provider knows of our keys."""

from collections.abc import Callable
from pathlib import Path

import pytest

from channels import factories
from crm.tests.faults.doomed import POINTS, Wish
from crm.tests.faults.judging import at_work, audience, done, forget_keys, launched, met, verdict

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sandbox", "only_our_own_workers"),
]

KILLS, RECIPIENTS, BATCH = 200, 6_000, 20


@pytest.mark.parametrize("mode", ["at most once", "key honoured", "key honoured for 6 s"])
def test_killed_at_every_point(mode: str, tmp_path: Path, say: Callable[[str], None]) -> None:
    connector = "sandbox_smtp" if mode == "at most once" else "sandbox_http"
    campaign = launched(audience(RECIPIENTS), factories.channel(connector=connector))
    wish, meanwhile = Wish(log=str(tmp_path / "fates"), kills=KILLS), lambda: None
    if mode.endswith("6 s"):
        # Some second tries come in time, others too late.
        wish = Wish(log=wish.log, kills=KILLS, lease=2.5, key_lifetime=6, margin=3)
        meanwhile = forget_keys(after=6)
    with at_work(wish) as workers:
        took = workers.wait(lambda: done(campaign), meanwhile)
    kills, figures = met(wish), verdict([campaign])
    say(f"{mode}: {kills.total()} kills in {took:.0f} s, {dict(kills)}; {figures}")
    assert kills.total() >= KILLS * 0.99
    assert set(kills) == set(POINTS)
    assert figures["duplicates"] == 0
    assert figures["accepted but never arrived"] == 0
    assert figures["arrived but not accounted for"] == 0
    assert figures["in no named end"] == 0
    unknown = figures.get("unknown", 0)
    assert figures["accepted"] + unknown == RECIPIENTS
    assert unknown <= (0 if mode == "key honoured" else BATCH * kills.total())
