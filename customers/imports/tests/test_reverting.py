"""Reverting an import: the tables are what they were, except where colleagues keep what they did since."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import factories
from customers import services as customers
from customers.imports import reverting, runner, services, undoing
from customers.imports.models import ImportJob, Trace
from customers.imports.tests.conftest import Import
from customers.imports.tests.test_resuming import Killed
from customers.models import Customer
from customers.orders.models import Order
from customers.record.models import Change
from customers.timeline import services as timeline

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Logs, only ever added to, what imports say of themselves, who is to be matched, and Django's own tables.
LOGS = ("imports_", "audit_", "record_change", "matching_stale", "orders_stale", "django_", "auth_")
# A version only ever grows, or a form that was opened in between could not be told from a new one.
GROWING = {"customers_customer": ["version"]}

BEFORE = (
    "number,name,phone,email,city,tags,邮件营销同意\n"
    + "".join(
        f"{n},Person {n},1380013{n % 90:04d},p{n}@example.com,Old town,t{n % 2},{'是' if n % 3 else ''}\n"
        for n in range(0, 60, 2)
    )
    + "900,李雷,13900000001,lei@example.com,上海,,\n"
)
WITH_CONSENT = "number,name,phone,email,city,tags,邮件营销同意\n" + "".join(
    f"{n % 66},Person {n % 66},1380013{n % 50:04d},q{n}@example.com,City {n % 7},t{n % 3},"
    f"{('是', '否', '')[n % 3]}\n"
    for n in range(80)
)
EARLIER_ORDERS = "customer_no,name,date,amount,sku,quantity,order_number\n" + "".join(
    f"{n % 10},Person {n % 10},2024-01-{n % 5 + 1:02d},{n % 3 + 1}.50,P{n % 2},1,O{n % 20}\n"
    for n in range(40)
)
LATER_ORDERS = "customer_no,name,date,amount,sku,product,quantity,order_number\n" + "".join(
    f"{n % 40},Person {n % 40},2024-02-{n % 5 + 1:02d},{n % 3 + 2}.50,P{n % 4},Product {n % 4},2,O{n}\n"
    for n in range(60)
)


def digests() -> dict[str, str]:
    """The md5 of every table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_schema = 'public' GROUP BY table_name"
        )
        tables = {name: columns for name, columns in cursor.fetchall() if not name.startswith(LOGS)}
        found = {}
        for name, columns in tables.items():
            chosen = ", ".join(f'"{one}"' for one in sorted(columns) if one not in GROWING.get(name, []))
            rows = f"(SELECT {chosen} FROM {name}) AS t"
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {rows}")
            found[name] = cursor.fetchone()[0]
        return found


def revert(job: ImportJob, by: User, *, keeps_edits: bool = True) -> ImportJob:
    job.refresh_from_db()
    services.review_revert(job, by=by)
    reverting.review(job.pk)
    job.refresh_from_db()
    assert job.status == "reviewed"
    services.revert(job, keeps_edits=keeps_edits, by=by)
    reverting.revert(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(
    ("kind", "earlier", "content"),
    [
        ("customers", BEFORE, WITH_CONSENT),
        ("orders", EARLIER_ORDERS, LATER_ORDERS),
        ("orders", EARLIER_ORDERS, LATER_ORDERS.replace("order_number", "note")),
    ],
    ids=["customers", "orders by number", "orders without"],
)
def test_it_restores_the_md5_of_every_table(
    take: Import, operator: User, monkeypatch: pytest.MonkeyPatch, kind: str, earlier: str, content: str
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 17)
    take(earlier, kind=kind)
    before = digests()
    job = take(content, kind=kind)
    assert job.written_rows > 30
    assert digests() != before

    revert(job, operator)

    assert job.status == "reverted"
    assert digests() == before
    assert not Trace.objects.filter(job=job).exists()


def test_after_a_crash_in_the_middle_it_restores_them_too(
    look: Import, take: Import, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 17)
    take(BEFORE)
    before = digests()
    job = look(WITH_CONSENT)
    ImportJob.objects.filter(pk=job.pk).update(status="queued")
    dies_at(monkeypatch, runner, "commit", {3})
    with pytest.raises(Killed):
        runner.run(job.pk)
    services.cancel(job, by=operator)
    assert digests() != before

    revert(job, operator)

    assert digests() == before


def test_a_revert_that_is_killed_goes_on_where_it_was(
    take: Import, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 17)
    take(BEFORE)
    before = digests()
    job = take(WITH_CONSENT)
    services.review_revert(job, by=operator)
    reverting.review(job.pk)
    services.revert(job, keeps_edits=True, by=operator)
    dies_at(monkeypatch, undoing, "undo", {1, 3, 4})

    workers = 0
    while job.status != "reverted":
        workers += 1
        assert workers < 50
        try:
            reverting.revert(job.pk)
        except Killed:
            expired = timezone.now() - timedelta(seconds=1)
            ImportJob.objects.filter(pk=job.pk).update(lease_until=expired)
        job.refresh_from_db()

    assert workers > 1
    assert digests() == before
    assert job.reversal["done"]["removed"] == job.created_rows


def dies_at(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, moments: set[int]) -> None:
    step: Callable[..., Any] = getattr(module, name)
    calls = 0

    def dies(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        result = step(*args, **kwargs)
        if calls in moments:
            raise Killed
        return result

    monkeypatch.setattr(module, name, dies)


SMALL = "number,name,city,company\n1,Li Ming,Shanghai,\n2,Wang Fang,Beijing,\n"
NEWER = (
    "number,name,city,company\n1,Li Ming,Suzhou,Acme\n2,Wang Fang,Tianjin,\n3,Zhao Lei,Xi'an,\n4,Sun Li,,\n"
)


@pytest.fixture
def edited(take: Import, operator: User) -> ImportJob:
    """An import after which a colleague changed a city, and noted something on a new customer."""
    take(SMALL)
    job = take(NEWER)
    li, zhao = (Customer.objects.get(name=name) for name in ("Li Ming", "Zhao Lei"))
    customers.update(li, {"city": "Hangzhou"}, version=li.version, by=operator)
    timeline.record(zhao, "note", summary="", body="Called back.", by=operator)
    return job


def test_the_review_says_who_was_edited_and_what_by_whom(
    as_operator: Any, edited: ImportJob, operator: User
) -> None:
    as_operator.post(f"/imports/{edited.pk}/review/")
    reverting.review(edited.pk)
    edited.refresh_from_db()

    assert {name: edited.reversal[name] for name in ("removes", "restores", "edited")} == {
        "removes": 2,
        "restores": 2,
        "edited": 2,
    }
    found = as_operator.get(f"/imports/{edited.pk}/").context["edits"]
    assert [(str(one.customer), one.who) for one in found] == [
        ("Li Ming", operator.name),
        ("Zhao Lei", operator.name),
    ]
    assert len(found[0].what) == len(found[1].what) == 1


def test_edits_are_kept_cell_by_cell(edited: ImportJob, operator: User) -> None:
    job = revert(edited, operator, keeps_edits=True)

    li, wang = (Customer.objects.get(name=name) for name in ("Li Ming", "Wang Fang"))
    assert (li.city, li.company, wang.city) == ("Hangzhou", "", "Beijing")
    assert Customer.objects.filter(name="Zhao Lei").exists()
    assert not Customer.objects.filter(name="Sun Li").exists()
    assert job.reversal["done"] == {"removed": 1, "restored": 2, "kept": 1}


def test_or_reverted_all_the_same(edited: ImportJob, operator: User) -> None:
    revert(edited, operator, keeps_edits=False)

    assert list(Customer.objects.order_by("name").values_list("name", "city")) == [
        ("Li Ming", "Shanghai"),
        ("Wang Fang", "Beijing"),
    ]


def test_an_order_since_keeps_a_new_customer(take: Import, operator: User) -> None:
    job = take(NEWER)
    zhao = Customer.objects.get(name="Zhao Lei")
    Order.objects.create(
        customer=zhao, source="web", external_id="1", placed_at=timezone.now(), amount=1, currency="CNY"
    )

    revert(job, operator)

    assert list(Customer.objects.values_list("name", flat=True)) == ["Zhao Lei"]


def test_the_history_tells_of_the_import_and_of_the_way_back(take: Import, operator: User) -> None:
    take(SMALL)
    job = take(NEWER)
    revert(job, operator)

    li = Customer.objects.get(name="Li Ming")
    told = list(
        Change.objects.filter(customer=li, field="city")
        .order_by("version")
        .values_list("source", "old", "new")
    )
    assert told == [("import", "Shanghai", "Suzhou"), ("undo", "Suzhou", "Shanghai")]


def test_deciding_against_it_changes_nothing(take: Import, operator: User) -> None:
    job = take(NEWER)
    before = digests()
    services.review_revert(job, by=operator)
    reverting.review(job.pk)
    job.refresh_from_db()

    services.leave_as_is(job)

    job.refresh_from_db()
    assert (job.status, digests()) == ("done", before)
    services.review_revert(job, by=operator)


def test_what_was_reverted_can_be_imported_again(take: Import, operator: User) -> None:
    take(SMALL)
    revert(take(NEWER), operator)

    assert take(NEWER).created_rows == 2


def test_an_import_that_wrote_nothing_has_no_way_back(take: Import, operator: User) -> None:
    job = take("name,phone\n,13800138000\n")
    with pytest.raises(Refused):
        services.review_revert(job, by=operator)


def test_a_touch_that_the_import_did_not_make_stays_with_its_customer(take: Import, operator: User) -> None:
    take(SMALL)
    job = take(NEWER)
    li = Customer.objects.get(name="Li Ming")
    timeline.record(li, "note", summary="", body="Likes tea.", by=operator)

    revert(job, operator)

    assert li.entries.count() == 1


def test_custom_fields_go_back_as_well(take: Import, operator: User) -> None:
    factories.field(key="shoe_size", label="Shoe size", kind="number")
    take("number,name,shoe_size\n1,Li Ming,41\n2,Wang Fang,\n")
    before = digests()
    job = take("number,name,shoe_size\n1,Li Ming,42\n2,Wang Fang,38\n3,Zhao Lei,44\n")
    assert job.written_rows == 3

    revert(job, operator)

    assert (job.reversal["edited"], digests()) == (0, before)
