"""An import is killed in the middle and given up, its revert is killed again: every table is what it was."""

import time
from collections.abc import Callable

import pytest

from crm.tests.faults.company import Company, company

pytestmark = [pytest.mark.fault, pytest.mark.slow]

EARLIER, ROWS = 2_000, 40_000
# Logs, which are only ever added to, what imports say of themselves, who is signed in, and Django's own.
APART = ("imports_", "audit_", "record_change", "django_", "usersessions_", "accounts_")
# Sweeps add these up by themselves while the test runs, for everybody.
ADDED_UP = ("quality_", "tasks_contactprogress", "tasks_lastcontact", "reports_refresh", "orders_stale")
TABLES = """
    SELECT table_name, string_agg('"' || column_name || '"', ', ' ORDER BY column_name)
    FROM information_schema.columns WHERE table_schema = 'public'
        AND (table_name, column_name) NOT IN (('customers_customer', 'version'), ('matching_record', 'id'))
    GROUP BY table_name
"""


def test_a_revert_after_a_crash_in_the_middle_restores_every_table(say: Callable[[str], None]) -> None:
    with company() as one:
        run(one, EARLIER, "苏州")
        one.wait(lambda: status(one) == "done", 300, "the first import")
        before = digests(one)
        run(one, ROWS, "上海")
        one.wait(lambda: rows_done(one) >= 8_000, 300, "the middle of the import")
        kills = one.shoot_when_alive("worker")
        one.wait(lambda: rows_done(one) >= 12_000, 300, "going on after the kill")
        one.shell(f"from crm.tests.faults import filling\nresult = filling.cancel_import({newest(one)})")
        assert digests(one) != before
        took, more = revert(one)
        after = digests(one)
    say(f"A part of {ROWS} rows reverted in {took:.0f} s, {kills + more} kills")
    assert {name for name in before if before[name] != after[name]} == set()


def revert(one: Company) -> tuple[float, int]:
    """Seconds and kills."""
    one.shell(f"from crm.tests.faults import filling\nresult = filling.review_revert({newest(one)})")
    one.wait(lambda: status(one) == "reviewed", 300, "the review")
    began = time.monotonic()
    one.shell(f"from crm.tests.faults import filling\nresult = filling.revert_import({newest(one)})")
    one.wait(lambda: status(one) == "reverting", 120, "the revert's begin")
    kills = one.shoot_when_alive("worker") + one.shoot_when_alive("postgres")
    one.wait(lambda: status(one) == "reverted", 600, "the revert's end")
    return time.monotonic() - began, kills


def run(one: Company, rows: int, city: str) -> None:
    path = one.var / f"customers-{rows}.csv"
    job = one.shell(
        "from crm.tests.faults import filling\n"
        f"result = filling.upload_customers({str(path)!r}, {rows}, {city!r})"
    )
    one.wait(lambda: status(one) == "preview", 120, "the preview")
    one.shell(f"from crm.tests.faults import filling\nresult = filling.run_import({job})")


def newest(one: Company) -> int:
    return int(one.value("SELECT max(id) FROM imports_importjob"))


def status(one: Company) -> str:
    return str(one.value("SELECT status FROM imports_importjob ORDER BY id DESC LIMIT 1"))


def rows_done(one: Company) -> int:
    return int(one.value("SELECT done_rows FROM imports_importjob ORDER BY id DESC LIMIT 1"))


def digests(one: Company) -> dict[str, str]:
    """When everybody was standardised anew: that follows an import in the background."""
    one.wait(lambda: not one.value("SELECT count(*) FROM matching_stale"), 600, "matching to catch up")
    tables = [(name, columns) for name, columns in one.query(TABLES) if not name.startswith(APART + ADDED_UP)]
    return {
        name: one.value(
            "SELECT count(*) || ':' || md5(string_agg(t::text, '|' ORDER BY t::text))"
            f" FROM (SELECT {columns} FROM {name}) AS t"
        )
        for name, columns in tables
    }
