"""The doctor tells what runs and what is wrong."""

import json
from io import StringIO
from typing import Any
from unittest.mock import ANY

import pytest
from django.core.management import call_command
from django.utils import timezone

from crm.embedded import health
from segments.scoring.models import ScoringRun

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_missing_workers_are_a_fault() -> None:
    found, code = _examined()
    assert code == 1
    assert found["database"]["value"]["version"].startswith("18")
    assert found["migrations"]["healthy"]
    # Tests that run beside this one may leave wake-ups in the queue for bulk work.
    assert found["queues"]["value"] == {"interactive": 0, "default": 0, "bulk": ANY}
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
