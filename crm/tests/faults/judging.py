"""A campaign on the test's own database, dispatchers at work on it, and what the provider says of them."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from channels import factories
from channels.campaigns import services
from channels.campaigns.models import Campaign, Delivery
from channels.models import Channel
from channels.sandbox.models import SandboxMessage
from crm.accounts.factories import user
from crm.accounts.policy import Role
from crm.bench import filling
from crm.embedded import locations
from crm.tests.faults.doomed import Wish
from segments.factories import segment
from segments.models import Segment

EVERYBODY = {"match": "all", "rules": [{"fact": "profile.has_email", "op": "yes"}]}
PATIENCE = 600.0


def audience(number: int) -> Segment:
    """So many customers who allow marketing by e-mail."""
    filling.customers(number)
    filling.permissions()
    return segment(rule=EVERYBODY, created_by=user(Role.MARKETING))


def launched(to: Segment, channel: Channel, **fields: Any) -> Campaign:
    campaign = factories.campaign(channel=channel, segment=to, created_by=to.created_by, **fields)
    services.launch(campaign, by=to.created_by)
    return campaign


@dataclass(frozen=True)
class Workers:
    """Those at work, to be waited for."""

    foreman: "subprocess.Popen[bytes]"

    def wait(self, until: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> float:
        """Seconds until it is so."""

        def look() -> None:
            assert self.foreman.poll() is None, "The dispatchers broke; what they said stands above."
            meanwhile()

        return wait(until, look)


@contextmanager
def at_work(wish: Wish, **environment: str) -> Iterator[Workers]:
    """Dispatchers in processes of their own, until the block ends."""
    address = locations.database_url(Path(os.environ["VAR"]), str(connection.settings_dict["NAME"]))
    given = {"DATABASE_URL": address, "VAR": str(settings.VAR), "PRODUCTION": "0", "LOG_LEVEL": "ERROR"}
    foreman = subprocess.Popen(
        [sys.executable, "-m", "crm.tests.faults.doomed", json.dumps(asdict(wish))],
        cwd=settings.BASE_DIR,
        env=os.environ | given | {"DJANGO_SETTINGS_MODULE": "crm.settings"} | environment,
    )
    try:
        yield Workers(foreman)
    finally:
        foreman.terminate()
        foreman.wait(30)


def wait(until: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> float:
    """Seconds it took."""
    began = time.monotonic()
    while not until():
        waited = time.monotonic() - began
        assert waited < PATIENCE, f"It takes too long: {_left()}"
        meanwhile()
        time.sleep(0.25)
    return time.monotonic() - began


def _left() -> dict[str, int]:
    """What has not ended yet, for whoever wonders why."""
    return dict(Delivery.objects.values_list("state").annotate(Count("pk")).order_by("state"))


def done(*campaigns: Campaign) -> bool:
    pks = [one.pk for one in campaigns]
    return not Campaign.objects.filter(pk__in=pks).exclude(status=Campaign.Status.DONE).exists()


def met(wish: Wish) -> Counter[str]:
    """Which fates were met, by point."""
    log = Path(wish.log)
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def verdict(campaigns: Sequence[Campaign]) -> dict[str, int]:
    """The books beside the provider's own log, which judges."""
    ours = Delivery.objects.filter(campaign__in=campaigns)
    arrived = Counter(SandboxMessage.objects.values_list("recipient", flat=True))
    states = {
        row["state"]: row["n"] for row in ours.values("state").annotate(n=Count("pk")).order_by("state")
    }
    by_state: dict[str, Counter[str]] = {}
    for state, address in ours.values_list("state", "customer__email"):
        by_state.setdefault(state, Counter())[address] += 1
    accepted, unknown = by_state.get("accepted", Counter()), by_state.get("unknown", Counter())
    return {
        **states,
        "arrived": arrived.total(),
        "duplicates": sum(number - 1 for number in arrived.values()) if len(campaigns) == 1 else 0,
        "accepted but never arrived": len(accepted.keys() - arrived.keys()),
        "arrived but not accounted for": len(arrived.keys() - accepted.keys() - unknown.keys()),
        "in no named end": sum(states.get(state, 0) for state in ("ready", "dispatching")),
    }


def forget_keys(after: float) -> Callable[[], None]:
    """Has the provider forget keys, as it says it does."""

    def forget() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sandbox_sandboxmessage SET key = key || '-' || id || '-' WHERE key NOT LIKE '%%-'"
                " AND received_at < %s::timestamptz - %s * interval '1 second'",
                [timezone.now(), after],
            )

    return forget
