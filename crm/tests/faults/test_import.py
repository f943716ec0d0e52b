"""An import of 100,000 rows while its worker and the servers are killed: the tables end as if nothing was."""

from collections.abc import Callable

import pytest

from crm.tests.faults.company import Company, company
from crm.tests.faults.shooting import shoot_while

pytestmark = [pytest.mark.fault, pytest.mark.slow]

ROWS = 100_000
# Everything an import writes, without ids and times, in an order of its own.
OF = "JOIN customers_customer c ON c.id ="
TABLES = {
    "customers": "SELECT name, phone, email, city, kind, source FROM customers_customer",
    "rollups": f"SELECT c.name, r.orders, r.total FROM orders_rollup r {OF} r.customer_id",
    "words": f"SELECT c.name, d.tokens FROM customers_searchdocument d {OF} d.customer_id",
    "profiles": "SELECT source, source_key, raw FROM identity_profile",
    "identities": "SELECT i.kind, i.scope, i.value, p.source_key"
    " FROM identity_identity i JOIN identity_profile p ON p.id = i.profile_id",
    "consents": f"SELECT c.name, k.purpose, k.channel, k.state FROM consent_consent k {OF} k.customer_id",
    "ledger": f"SELECT c.name, e.purpose, e.channel, e.state FROM consent_consententry e {OF} e.customer_id",
    "problems": 'SELECT line, "column", reason FROM imports_importproblem',
    "counters": "SELECT created_rows, updated_rows, unchanged_rows, skipped_rows, error_rows"
    " FROM imports_importjob",
}
DIGEST = "SELECT count(*) || ':' || md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ({}) t"


def test_the_tables_end_as_if_nothing_had_happened(say: Callable[[str], None]) -> None:
    with company() as one:
        run(one)
        undisturbed = digests(one)
    with company() as one:
        kills = run(one, disturbed=True)
        disturbed = digests(one)
    say(f"{ROWS} rows, {kills} kills, digests equal: {disturbed == undisturbed}")
    assert kills >= 5, "the import was over before anything could be shot"
    assert disturbed == undisturbed


def run(one: Company, *, disturbed: bool = False) -> int:
    path = one.var / "customers.csv"
    job = one.shell(
        f"from crm.tests.faults import filling\nresult = filling.upload_customers({str(path)!r}, {ROWS})"
    )
    status = f"SELECT status FROM imports_importjob WHERE id = {job}"
    one.wait(lambda: one.value(status) == "preview", 120, "the preview")
    one.shell(f"from crm.tests.faults import filling\nresult = filling.run_import({job})")
    running = f"SELECT status <> 'done' FROM imports_importjob WHERE id = {job}"
    kills = shoot_while(one, running) if disturbed else 0
    one.wait(lambda: one.value(status) in ("done", "failed"), 600, "the end of the import")
    assert one.value(status) == "done"
    return kills


def digests(one: Company) -> dict[str, str]:
    return {name: one.value(DIGEST.format(sql)) for name, sql in TABLES.items()}
