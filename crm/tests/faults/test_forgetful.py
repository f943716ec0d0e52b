"""Single messages to a provider that forgets our keys after a while; workers die at each named point."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from channels import factories
from channels.direct.models import DirectMessage
from channels.models import Channel
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from crm.accounts.factories import user
from crm.accounts.policy import Role
from crm.bench import filling
from crm.tests.faults.doomed import SINGLE_POINTS, Wish
from crm.tests.faults.judging import at_work, forget_keys, met
from crm.tests.faults.test_provider import have
from customers.models import Customer

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("only_our_own_workers"),
]
MESSAGES, KILLS, FORGETS = 600, 80, 6
DAY = {"dropped": 10, "cut": 10, "failing": 10, "temporary": 10}
OPEN = ("ready", "dispatching")


def test_nothing_goes_again_once_its_key_may_be_forgotten(
    sandbox: Sandbox, tmp_path: Path, say: Callable[[str], None]
) -> None:
    have(sandbox, DAY)
    written(factories.channel(connector="sandbox_http"))
    wish = Wish(
        log=str(tmp_path / "fates"),
        kills=KILLS,
        points=list(SINGLE_POINTS),
        lease=2.5,
        key_lifetime=FORGETS,
        singles=True,
    )
    with at_work(wish) as workers:
        took = workers.wait(
            lambda: not DirectMessage.objects.filter(state__in=OPEN).exists(), forget_keys(FORGETS)
        )
    have(sandbox, {})
    kills, figures = met(wish), verdict()
    say(f"{kills.total()} kills in {took:.0f} s, {dict(kills)}; {figures}")
    assert kills.total() >= KILLS * 0.9
    assert set(kills) == set(SINGLE_POINTS)
    assert figures["duplicates"] == 0
    assert figures["accepted but never arrived"] == 0
    assert figures["arrived but not accounted for"] == 0
    assert figures["accepted"] + figures["unknown"] + figures.get("failed", 0) == MESSAGES
    assert figures["unknown"] > 0


def written(channel: Channel) -> None:
    filling.customers(MESSAGES)
    by = user(Role.SERVICE)
    DirectMessage.objects.bulk_create(
        [
            DirectMessage(customer=one, channel=channel, by=by, subject="News", body="Hello")
            for one in Customer.objects.exclude(email="")
        ]
    )
    assert DirectMessage.objects.count() == MESSAGES


def verdict() -> dict[str, int]:
    """The books beside the provider's own log, which judges."""
    arrived = Counter(SandboxMessage.objects.values_list("recipient", flat=True))
    by_state: dict[str, set[str]] = {}
    for state, address in DirectMessage.objects.values_list("state", "customer__email"):
        by_state.setdefault(state, set()).add(address)
    accepted, unknown = by_state.get("accepted", set()), by_state.get("unknown", set())
    return {
        **{state: len(found) for state, found in by_state.items()},
        "arrived": arrived.total(),
        "duplicates": sum(number - 1 for number in arrived.values()),
        "accepted but never arrived": len(accepted - arrived.keys()),
        "arrived but not accounted for": len(arrived.keys() - accepted - unknown),
    }
