"""A worker may die at any moment: the next one goes on, and the tables end up as if nothing had happened."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from customers.identity.models import Identity, Profile
from customers.imports import leases, runner, tasks
from customers.imports.models import ImportJob
from customers.imports.tests.conftest import Import, counts, reasons
from customers.models import Customer, SearchDocument
from customers.orders.models import Order, OrderLine, Rollup
from customers.timeline.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Everything an import writes, by what it says: keys, and the moments of writing, differ between two runs.
STATE = {
    Customer: "SELECT name, phone, email, city, tags, version FROM customers_customer",
    Profile: "SELECT source, source_key, raw, digest FROM identity_profile",
    Identity: """
        SELECT p.source_key, kind, scope, value
        FROM identity_identity i JOIN identity_profile p ON p.id = i.profile_id
    """,
    SearchDocument: "SELECT tokens FROM customers_searchdocument",
    Order: "SELECT external_id, amount, items, status, placed_at FROM orders_order",
    OrderLine: """
        SELECT external_id, p.sku, quantity, l.amount FROM orders_orderline l
        JOIN orders_order o ON o.id = l.order_id JOIN orders_product p ON p.id = l.product_id
    """,
    Rollup: """
        SELECT c.name, orders, days, total, first_order_at, last_order_at
        FROM orders_rollup JOIN customers_customer c ON c.id = customer_id
    """,
    Entry: "SELECT kind, channel, occurred_at, summary FROM timeline_entry",
}


class Killed(Exception):
    """Stands for the end of the process: nothing after it runs."""


def state() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = {}
        for model, query in STATE.items():
            cursor.execute(query)
            found[model.__name__] = sorted(map(repr, cursor.fetchall()))
        return found


@contextmanager
def killing_at(monkeypatch: pytest.MonkeyPatch, where: str, moments: set[int]) -> Iterator[None]:
    """Dies at the given calls of a step of the runner, before or after that step."""
    step, calls = getattr(runner, where), 0

    def dies(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls in moments:
            raise Killed
        result = step(*args, **kwargs)
        if -calls in moments:
            raise Killed
        return result

    with monkeypatch.context() as patch:
        patch.setattr(runner, where, dies)
        yield


def work_until_done(job: ImportJob) -> int:
    """Workers that die and are replaced; returns how many were needed."""
    for workers in range(1, 100):
        try:
            runner.run(job.pk)
        except Killed:
            # The dead worker's lease runs out.
            ImportJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        job.refresh_from_db()
        if job.status != ImportJob.Status.RUNNING:
            return workers
    raise AssertionError("The import never ends.")


CUSTOMERS = "number,name,phone,email,city,tags\n" + "".join(
    f"{number % 330},Person {number % 330},1380013{number % 90:04d},p{number}@example.com,"
    f"City {number % 7},t{number % 3}\n"
    if number % 50
    else f"{number},,bad phone,,,\n"
    for number in range(400)
)
ORDERS = "customer_no,date,amount,sku,quantity\n" + "".join(
    f"{number % 40},2024-01-{number % 5 + 1:02d},{number % 3}.50,P{number % 2},1\n" for number in range(400)
)


@pytest.mark.parametrize(("kind", "content"), [("customers", CUSTOMERS), ("orders", ORDERS)])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("where", ["_take_over", "write_problems", "_count", "commit"])
def test_killed_at_random_moments_it_ends_as_if_undisturbed(
    take: Import,
    look: Import,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    content: str,
    seed: int,
    where: str,
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 17)
    undisturbed = take(content, kind=kind)
    expected, lines, numbers = state(), reasons(undisturbed), counts(undisturbed)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE customers_customer, orders_product, imports_importjob CASCADE")
    job = look(content, kind=kind)
    ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.QUEUED)
    moments = random.Random(seed).sample([*range(1, 24), *range(-24, 0)], 9)

    with killing_at(monkeypatch, where, set(moments)):
        workers = work_until_done(job)

    assert workers > 1
    assert job.status == ImportJob.Status.DONE
    assert state() == expected
    assert (reasons(job), counts(job)) == (lines, numbers)


def queued(look: Import, **fields: Any) -> ImportJob:
    job = look("number,name\n1,Li\n")
    asked = {"status": ImportJob.Status.QUEUED, "lease_until": None} | fields
    ImportJob.objects.filter(pk=job.pk).update(**asked)
    return job


def test_a_job_somebody_works_on_is_not_taken(look: Import) -> None:
    job = queued(look)
    assert leases.claim(job.pk, ImportJob.Status.QUEUED)

    assert leases.claim(job.pk, ImportJob.Status.QUEUED) is None
    runner.run(job.pk)
    assert not Customer.objects.exists()


def test_whoever_lost_the_lease_writes_nothing_more(look: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued(look)
    real = runner._count

    def stolen(*args: Any) -> None:
        ImportJob.objects.filter(pk=job.pk).update(lease_token="somebody else")
        real(*args)

    monkeypatch.setattr(runner, "_count", stolen)
    runner.run(job.pk)

    assert not Customer.objects.exists()


def test_a_cancelled_import_stops_at_the_border_of_a_chunk(
    look: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 1)
    job = look("number,name\n1,Li\n2,Wang\n3,Zhao\n")
    ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.QUEUED)
    real = runner.commit

    def cancelled(*args: Any) -> None:
        real(*args)
        ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.CANCELLED)

    monkeypatch.setattr(runner, "commit", cancelled)
    runner.run(job.pk)
    job.refresh_from_db()

    assert (job.status, job.done_rows, Customer.objects.count()) == ("cancelled", 1, 1)


def test_a_file_that_kills_every_worker_is_given_up(look: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued(look)
    with killing_at(monkeypatch, "_take_over", set(range(100))):
        work_until_done(job)

    assert (job.status, job.error) == ("failed", "interrupted")


def test_the_sweep_wakes_what_was_left_and_nothing_else(
    look: Import, monkeypatch: pytest.MonkeyPatch, operator: Any
) -> None:
    past, future = timezone.now() - timedelta(minutes=5), timezone.now() + timedelta(minutes=5)
    left = queued(look)
    ImportJob.objects.filter(pk=left.pk).update(status="running", lease_token="dead", lease_until=past)
    busy = queued(look)
    ImportJob.objects.filter(pk=busy.pk).update(status="running", lease_token="alive", lease_until=future)
    preview = look("number,name\n9,Sun\n")
    forgotten = queued(look)

    tasks.sweep()

    statuses = {job.pk: job.status for job in ImportJob.objects.all()}
    assert statuses == {left.pk: "done", busy.pk: "running", preview.pk: "preview", forgotten.pk: "done"}


def test_one_sweep_hands_a_job_out_once(look: Import) -> None:
    queued(look)

    assert len(leases.sweep()) == 1
    assert leases.sweep() == []


def test_two_imports_of_the_same_people_make_them_once(look: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else commits the same number between our look-up and our COPY: we look again."""
    from customers.imports.matching import People

    job = queued(look)
    met: list[bool] = []
    real = People.look_up

    def overtaken(self: People, cursor: Any, rows: Any) -> None:
        if met:
            return real(self, cursor, rows)
        met.append(True)
        other = Customer.objects.create(name="Li")
        Rollup.objects.create(customer=other)
        profile = Profile.objects.create(customer=other, source="file", source_key="1")
        Identity.objects.create(profile=profile, kind="number", scope="file", value="1", source="file")
        return None

    monkeypatch.setattr(People, "look_up", overtaken)
    runner.run(job.pk)
    job.refresh_from_db()

    assert job.status == "done"
    assert Customer.objects.count() == 1
