"""`manage.py dispatch` does everything that campaigns need, with nothing but the database."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from channels.campaigns.models import Campaign, Outcome
from channels.campaigns.tests.conftest import Sink, draft, launch, people
from channels.campaigns.tests.test_sending import tally
from channels.models import Channel
from crm.accounts.models import User
from crm.embedded import locations
from segments.models import Segment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("only_our_own_workers"),
]
NOBODY = "redis://127.0.0.1:1/0"


def test_it_starts_tests_decides_ends_and_counts_without_redis(
    sink: Sink, channel: Channel, everybody: Segment, marketer: User
) -> None:
    people(8)
    now = timezone.now()
    hour = {"status": "scheduled", "launched_by": marketer, "launched_at": now, "starts_at": now}
    late = draft(channel, everybody, marketer, **hour)
    tested = launch(draft(channel, everybody, marketer, test_share=50, decide_by="opens", test_hours=1))
    Campaign.objects.filter(pk=tested.pk).update(planned_at=now - timedelta(hours=2))
    broken = launch(draft(channel, everybody, marketer))
    Campaign.objects.filter(pk=broken.pk).update(body="{{ nonsense }}")
    stopped = launch(draft(channel, everybody, marketer))
    Campaign.objects.filter(pk=stopped.pk).update(status="cancelled")
    dispatch()
    assert sink.counts == {f"c{index}@example.com": 2 for index in range(8)}
    ended = dict(Campaign.objects.values_list("pk", "status"))
    assert ended == {late.pk: "done", tested.pk: "done", broken.pk: "paused", stopped.pk: "cancelled"}
    assert tally(stopped) == {"planned": 8, "skipped cancelled": 8}
    tested.refresh_from_db()
    assert tested.winner == 1
    assert Outcome.objects.filter(campaign=tested).exists()


def dispatch() -> None:
    """As it runs where there is no Redis: whatever asked for one would break or wait."""
    address = locations.database_url(settings.VAR, str(connection.settings_dict["NAME"]))
    given = {"DATABASE_URL": address, "REDIS_URL": NOBODY, "PRODUCTION": "0"}
    done = subprocess.run(
        [sys.executable, "manage.py", "dispatch", "--once"],
        cwd=settings.BASE_DIR,
        env=os.environ | given | {"DJANGO_SETTINGS_MODULE": "crm.settings"},
        timeout=120,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "redis" not in done.stderr.lower()
