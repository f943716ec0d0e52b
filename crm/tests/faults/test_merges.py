"""Hundreds of overlapping merges, chains and cycles by processes that are killed: nobody's child is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.conf import settings

from crm.tests.faults.company import Company, company

pytestmark = [pytest.mark.fault, pytest.mark.slow]

CUSTOMERS, KILLS, PROCESSES, CHAINS = 120, 20, 4, 200
CHILDREN = (
    *("orders_order", "identity_profile", "customers_share", "relations_relation", "tasks_task"),
    *("timeline_entry",),
)
# Tables that only merges change here. Edits write a profile, a history and search words of their own.
UNEDITED = {
    "orders_order": "*",
    "orders_rollup": "*",
    "customers_share": "*",
    # Who belongs to whom. Undone in a wild order, two rows of the like may end in each other's place.
    "relations_relation": "kind, least(one_id, other_id), greatest(one_id, other_id)",
    "tasks_task": "*",
    "identity_identity": "*",
    "customers_customer": "id, name, phone, tags, owner_id, team_id, deleted_at, created_at, source",
}
SHOP = "SELECT * FROM identity_profile WHERE source = 'shop'"
DIGEST = "SELECT count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM ({}) t"


def test_nothing_is_lost_whoever_dies(say: Callable[[str], None]) -> None:
    with company() as one:
        one.shell(f"from crm.tests.faults import joining\nresult = joining.furnish({CUSTOMERS})")
        before = digests(one)
        kills, seconds = fire(one)
        merges, undone = one.query("SELECT count(*), count(undone_at) FROM merging_merge")[0]
        one.wait(lambda: orphans(one) == 0, 120, "the sweep for late rows")
        children = {table: one.value(f"SELECT count(*) FROM {table}") for table in CHILDREN}
        one.shell("from crm.tests.faults import joining\nresult = joining.part_all()")
        after = digests(one)
        deadlocks = one.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        waiting = one.value("SELECT count(*) FROM merging_move WHERE \"left\" <> '{}'")
        differing = {name for name in before if before[name] != after[name]}
        say(
            f"{merges} merges, {undone} undone meanwhile, {kills} kills in {seconds:.0f} s;"
            f" deadlocks: {deadlocks}; rows that wait: {waiting};"
            f" tables that differ: {sorted(differing)}"
        )
        assert merges >= 2 * CHAINS
        assert kills == KILLS
        assert children["orders_order"] == CUSTOMERS * 4
        assert orphans(one) == 0
        assert differing == set()


def fire(one: Company) -> tuple[int, float]:
    """Keeps so many processes joining, kills one after the other, and begins them anew."""
    dice, began, kills, seed = random.Random(7), time.monotonic(), 0, 0
    running: list[subprocess.Popen[bytes]] = []
    try:
        while kills < KILLS or made(one) < 2 * CHAINS:
            assert time.monotonic() - began < 600, f"{made(one)} merges after {kills} kills"
            while len(running) < PROCESSES:
                seed += 1
                running.append(start(one, seed))
            time.sleep(dice.uniform(2.0, 5.0))
            if kills < KILLS:
                victim = running.pop(dice.randrange(len(running)))
                os.kill(victim.pid, signal.SIGKILL)
                victim.wait()
                kills += 1
    finally:
        for process in running:
            process.kill()
            process.wait()
    return kills, time.monotonic() - began


def start(one: Company, seed: int) -> "subprocess.Popen[bytes]":
    code = f"from crm.tests.faults import joining\njoining.disturb({seed}, 600)"
    with (one.var / "joining.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=settings.BASE_DIR,
            env=one.environment,
            stdout=log,
            stderr=log,
        )


def made(one: Company) -> int:
    return int(one.value("SELECT count(*) FROM merging_merge"))


def orphans(one: Company) -> int:
    """Orders of somebody who is hidden, hidden customers that nobody absorbed, merges that hide nobody."""
    return int(
        one.value(
            "SELECT (SELECT count(*) FROM orders_order o JOIN customers_customer c ON c.id = o.customer_id"
            " WHERE c.deleted_at IS NOT NULL)"
            " + (SELECT count(*) FROM timeline_entry e JOIN customers_customer c ON c.id = e.customer_id"
            " WHERE c.deleted_at IS NOT NULL)"
            " + (SELECT count(*) FROM customers_customer c FULL JOIN"
            " (SELECT absorbed_id FROM merging_merge WHERE undone_at IS NULL) m ON m.absorbed_id = c.id"
            " WHERE (c.deleted_at IS NULL) <> (m.absorbed_id IS NULL))"
        )
    )


def digests(one: Company) -> dict[str, str]:
    chosen = {table: f"SELECT {columns} FROM {table}" for table, columns in UNEDITED.items()}
    return {
        name: str(one.value(DIGEST.format(sql))) for name, sql in {**chosen, "identity_profile": SHOP}.items()
    }
