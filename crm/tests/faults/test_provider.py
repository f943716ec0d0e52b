"""A campaign each to a provider on one of its bad days. What arrived stands in the provider's own log."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from channels import factories
from channels.campaigns.models import Delivery
from channels.sandbox.models import Faults, SandboxMessage
from channels.sandbox.server import Sandbox
from crm.tests.faults.doomed import Wish
from crm.tests.faults.judging import at_work, audience, done, launched, verdict

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("only_our_own_workers"),
]
RECIPIENTS = 120
DAYS: tuple[Mapping[str, int], ...] = (
    {},
    {"temporary": 30},  # 429 with Retry-After, 450
    {"failing": 30},  # an error, nothing kept
    {"dropped": 30},  # kept, then silence: also after the dot of DATA
    {"cut": 30},  # 200 and then the line breaks
    {"temporary": 10, "failing": 10, "dropped": 10, "cut": 10, "permanent": 50},
)
HTTP_DAYS: tuple[Mapping[str, int], ...] = (
    {"erring": 30},  # an error though it is kept
    {"dripping": 10},
    {"twins": 100},
)


@pytest.mark.parametrize("connector", ["sandbox_smtp", "sandbox_http"])
def test_every_kind_of_bad_day(
    connector: str, sandbox: Sandbox, tmp_path: Path, say: Callable[[str], None]
) -> None:
    people, knows_keys = audience(RECIPIENTS), connector == "sandbox_http"
    channel = factories.channel(connector=connector)
    with at_work(Wish(str(tmp_path / "fates"), lease=20.0), CONTACT_CAP="0") as workers:
        for day in DAYS + (HTTP_DAYS if knows_keys else ()):
            SandboxMessage.objects.all().delete()
            have(sandbox, day)
            campaign = launched(people, channel)
            took = workers.wait(lambda: done(campaign))  # noqa: B023 - it is waited for at once
            figures = verdict([campaign])
            say(f"{connector} {dict(day)}: {took:.0f} s, {figures}")
            assert figures["duplicates"] == figures["accepted but never arrived"] == 0
            assert figures["arrived but not accounted for"] == figures["in no named end"] == 0
            assert figures.get("accepted", 0) + figures.get("unknown", 0) == RECIPIENTS
            if knows_keys or not {"dropped", "cut"} & set(day):
                assert figures["accepted"] == figures["arrived"] == RECIPIENTS


def test_an_answer_that_never_comes_in_time(
    sandbox: Sandbox, tmp_path: Path, say: Callable[[str], None]
) -> None:
    """What is said again and again under one key arrives once, and in the end nobody knows."""
    have(sandbox, {"delay": 1_500})
    campaign = launched(audience(4), factories.channel(connector="sandbox_http"))
    with at_work(Wish(str(tmp_path / "fates"), lease=20.0, timeout=0.5)) as workers:
        workers.wait(lambda: done(campaign))
    have(sandbox, {})
    figures = verdict([campaign])
    tries = Delivery.objects.values_list("attempts", flat=True)
    say(f"no answer in time: {figures}, {list(tries)} tries")
    assert figures["unknown"] == figures["arrived"] == 4
    assert figures["duplicates"] == 0


def have(sandbox: Sandbox, day: Mapping[str, int]) -> None:
    """The provider has such a day from now on."""
    Faults.objects.update_or_create(pk=1, defaults={**QUIET, **day})
    wished = {**QUIET, **day}
    while any(getattr(sandbox.http.mood, name) != wished[name] for name in QUIET if name != "delay"):
        time.sleep(0.05)
    time.sleep(0.4)


QUIET = dict.fromkeys(("delay", "temporary", "permanent", "dropped", "failing", "erring", "cut"), 0) | {
    "dripping": 0,
    "twins": 0,
}
