"""Campaigns are paused, resumed and cancelled at random moments while four workers send them."""

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from channels import factories
from channels.campaigns import services
from channels.campaigns.models import Campaign, Delivery
from channels.sandbox.models import Faults, SandboxMessage
from crm.lib.errors import Refused
from crm.tests.faults.doomed import Wish
from crm.tests.faults.judging import at_work, audience, launched

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sandbox", "only_our_own_workers"),
]
RECIPIENTS, ACTS = 500, 60
# A batch that is on record when the stop comes is good for a quarter of a second, and one message longer.
GRACE = 1.0
Status = Campaign.Status


def test_nothing_starts_after_a_stop(tmp_path: Path, say: Callable[[str], None]) -> None:
    Faults.objects.create(pk=1, delay=20)
    people = audience(RECIPIENTS)
    campaigns = [launched(people, factories.channel(), subject=f"News {n}") for n in range(4)]
    dice, stopped = random.Random(7), Counter[str]()
    # From when to when nothing may arrive, by the campaign's subject.
    still: list[tuple[str, datetime, datetime]] = []
    since: dict[str, datetime] = {}

    with at_work(Wish(str(tmp_path / "fates"), lease=30.0), CONTACT_CAP="0") as workers:
        for number in range(ACTS):
            one = dice.choice(campaigns)
            act = "cancel" if number > ACTS - 8 else dice.choice(["pause", "pause", "resume"])
            with suppress(Refused):
                before = timezone.now()
                getattr(services, act)(one, by=one.created_by)
                stopped[act] += 1
                if act == "resume":
                    still.append((one.subject, since.pop(one.subject), before))
                else:
                    since.setdefault(one.subject, timezone.now())
            time.sleep(dice.uniform(0, 0.6))
        for one in campaigns:
            with suppress(Refused):
                before = timezone.now()
                services.resume(one, by=one.created_by)
                still.append((one.subject, since.pop(one.subject), before))
        workers.wait(lambda: not Delivery.objects.filter(state__in=["ready", "dispatching"]).exists())
    still += [(subject, moment, timezone.now()) for subject, moment in since.items()]
    late = [lateness for pause in still for lateness in _after(*pause)]
    arrived = Counter(SandboxMessage.objects.values_list("subject", "recipient"))
    states = Counter(Delivery.objects.values_list("campaign__status", "state"))
    say(f"{dict(stopped)}; {len(late)} arrived after a stop, {max(late, default=0):.2f} s at most; {states}")
    assert max(arrived.values()) == 1
    assert stopped["pause"] > 5
    assert max(late, default=0) <= GRACE
    ended = {(Status.DONE, "accepted"), (Status.CANCELLED, "accepted"), (Status.CANCELLED, "skipped")}
    assert set(states) <= ended
    assert arrived.total() == sum(
        number for (_status, state), number in states.items() if state == "accepted"
    )


def _after(subject: str, stop: datetime, start: datetime) -> list[float]:
    """How many seconds after the stop, and before it went on, messages arrived."""
    rows = SandboxMessage.objects.filter(subject=subject, received_at__gt=stop, received_at__lt=start)
    return [(at - stop).total_seconds() for at in rows.values_list("received_at", flat=True)]
