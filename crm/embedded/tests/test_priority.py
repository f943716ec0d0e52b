"""Bulk work is lowered together with what the database does for it; nothing else is."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings

from crm.celery import _give_way

SHOW = """
import os, django
django.setup()
from django.db import connection
from crm.embedded.priority import give_way
give_way()
connection.settings_dict["NAME"] = "postgres"
connection.ensure_connection()
for pid in (os.getpid(), connection.connection.get_backend_pid(), os.getppid()):
    print(os.getpriority(os.PRIO_PROCESS, pid))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="priorities are Linux's")
def test_a_process_and_its_connections_give_way() -> None:
    command = [sys.executable, "-W", "ignore", "-c", SHOW]
    told = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    ours, servers, parents = map(int, told.split())
    assert (ours, servers) == (10, 10)
    assert parents < 10


@pytest.mark.parametrize(("queues", "lowered"), [({"bulk"}, 1), ({"interactive", "default"}, 0)])
def test_only_who_takes_bulk_work_gives_way(
    queues: set[str], lowered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    monkeypatch.setattr("crm.celery.give_way", lambda: calls.append(1))
    _give_way(
        SimpleNamespace(
            app=SimpleNamespace(amqp=SimpleNamespace(queues=SimpleNamespace(consume_from=queues)))
        )
    )
    assert len(calls) == lowered
