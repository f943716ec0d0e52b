"""The doctor tells what runs and what is wrong."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.utils import timezone

from crm.embedded import health, locations
from segments.scoring.models import ScoringRun

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def own_queues(settings: Any) -> Iterator[redis.Redis]:
    """Tests that run beside this one leave wake-ups in the queues of all."""
    settings.REDIS_URL += "?db=9"
    with redis.Redis.from_url(locations.cache_url(settings.REDIS_URL)) as client:
        client.flushdb()
        yield client
        client.flushdb()


def test_missing_workers_are_a_fault(own_queues: redis.Redis) -> None:
    own_queues.rpush("default", "one", "two")
    found, code = _examined()
    assert code == 1
    assert found["database"]["value"]["version"].startswith("18")
    assert found["migrations"]["healthy"]
    assert found["queues"]["value"] == {"interactive": 0, "default": 2, "bulk": 0}
    assert not found["workers"]["healthy"]


def test_work_that_waits_too_long_is_a_fault() -> None:
    ScoringRun.objects.create(created_at=timezone.now() - 2 * health.LONG_WAIT)
    found, _ = _examined()
    assert not found["scoring"]["healthy"]
    assert found["imports"]["text"] == "nothing waits"


def test_text_is_for_people() -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", stdout=out, no_color=True)
    assert "wrong workers     none answers" in out.getvalue()


def _examined() -> tuple[dict[str, Any], int]:
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", "--json", stdout=out)
    findings = json.loads(out.getvalue())["findings"]
    return {one["what"]: one for one in findings}, int(end.value.code or 0)
