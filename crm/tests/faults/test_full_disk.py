"""PostgreSQL takes nothing in, exactly when outcomes are to be settled: no room left, or it only reads."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from channels import factories
from channels.campaigns.models import Campaign, Delivery
from channels.direct.models import DirectMessage
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from crm.tests.faults.doomed import Wish
from crm.tests.faults.judging import Workers, at_work, audience, done, launched, verdict
from crm.tests.faults.test_forgetful import MESSAGES, OPEN, written

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("only_our_own_workers"),
]
RECIPIENTS, TIMES, BATCH = 6_000, 3, 20
# Workers count as dead after the first; it is much longer that nothing can be written.
LEASE, WITHOUT = 1.5, 6.0
TABLES = ("campaigns_delivery", "campaigns_waybill", "campaigns_tally", "direct_directmessage")
# In the words, and with the code, of a server that cannot extend a table's file.
FULL = """
    CREATE OR REPLACE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$
"""

State = Delivery.State
Fate = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _we_may_write(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """The test and its provider, which is to know what arrived, write also where others may not."""
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=off")
    execute("SET default_transaction_read_only = off")


@contextmanager
def full_disk() -> Iterator[None]:
    """There is no room for another row of what sending writes."""
    execute(FULL)
    for table in TABLES:
        execute(
            f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION no_room()"
        )
    try:
        yield
    finally:
        for table in TABLES:
            execute(f"DROP TRIGGER no_room ON {table}")


@contextmanager
def only_reading() -> Iterator[None]:
    """Every further transaction of anybody else may only read, as on a server that became a standby."""
    execute("ALTER SYSTEM SET default_transaction_read_only = on")
    execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        execute("ALTER SYSTEM RESET default_transaction_read_only")
        execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize("kills", [0, 4], ids=["nobody killed", "killed meanwhile"])
@pytest.mark.parametrize("fate", [full_disk, only_reading])
@pytest.mark.parametrize("connector", ["sandbox_smtp", "sandbox_http"])
def test_a_campaign_s_outcomes_are_kept(
    connector: str, fate: Fate, kills: int, sandbox: Sandbox, tmp_path: Path, say: Callable[[str], None]
) -> None:
    campaign = launched(audience(RECIPIENTS), factories.channel(connector=connector))
    with at_work(Wish(log=str(tmp_path / "fates"), lease=LEASE), PGOPTIONS="") as workers:
        stood = [strike(workers, fate, campaign, kills, share) for share in range(1, TIMES + 1)]
        took = workers.wait(lambda: done(campaign))
    figures = verdict([campaign])
    say(f"on their way while nothing was written: {stood}; {kills} kills each; {took:.0f} s; {figures}")
    assert max(stood), "nothing was on its way"
    assert figures["duplicates"] == 0
    assert figures["accepted but never arrived"] == 0
    assert figures["arrived but not accounted for"] == 0
    unknown = figures.get("unknown", 0)
    assert figures["accepted"] + unknown == RECIPIENTS
    assert unknown <= (0 if connector == "sandbox_http" else BATCH * kills * TIMES)


@pytest.mark.parametrize("fate", [full_disk, only_reading])
def test_a_single_message_s_outcome_is_kept(
    fate: Fate, sandbox: Sandbox, tmp_path: Path, say: Callable[[str], None]
) -> None:
    written(factories.channel(connector="sandbox_smtp"))
    messages = DirectMessage.objects
    with at_work(Wish(log=str(tmp_path / "fates"), lease=LEASE, singles=True), PGOPTIONS="") as workers:
        workers.wait(lambda: messages.exclude(state__in=OPEN).count() > MESSAGES / 10)
        with fate():
            time.sleep(WITHOUT)
            stood = messages.filter(state="dispatching").count()
        workers.wait(lambda: not messages.filter(state__in=OPEN).exists())
    arrived = Counter(SandboxMessage.objects.values_list("recipient", flat=True))
    say(f"on their way while nothing was written: {stood}; {len(arrived)} arrived")
    assert stood, "nothing was on its way"
    assert messages.filter(state="accepted").count() == MESSAGES
    assert arrived.total() == len(arrived) == MESSAGES


def strike(workers: Workers, fate: Fate, campaign: Campaign, kills: int, share: int) -> int:
    """Once a further part of all is over: how many were on their way while nothing could be written."""
    mine = Delivery.objects.filter(campaign=campaign)
    workers.wait(lambda: mine.filter(state="accepted").count() > RECIPIENTS * share / (TIMES + 4))
    with fate():
        time.sleep(WITHOUT)
        stood = mine.filter(state="dispatching").count()
        for _ in range(kills):
            shoot_one(workers)
        return stood


def shoot_one(workers: Workers) -> None:
    """The oldest of them, which has waited longest."""
    boss = workers.foreman.pid
    os.kill(int(Path(f"/proc/{boss}/task/{boss}/children").read_text().split()[0]), signal.SIGKILL)
    time.sleep(0.5)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
