"""The check of a whole file: what it counts is what the import then does, and nothing is written."""

from typing import Any

import pytest
from django.test import Client

from customers.imports import checking, runner
from customers.imports.models import ImportJob
from customers.imports.tests.conftest import Import, counts
from customers.imports.tests.test_reverting import (
    BEFORE,
    EARLIER_ORDERS,
    LATER_ORDERS,
    WITH_CONSENT,
    digests,
)
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def check(look: Import) -> Import:
    """Looks at a file and has it checked."""

    def check(content: str, **fields: Any) -> ImportJob:
        policies = fields.pop("policies", {})
        job = look(content, **fields)
        ImportJob.objects.filter(pk=job.pk).update(status="to_check", policies=policies)
        checking.check(job.pk)
        job.refresh_from_db()
        return job

    return check


def found(job: ImportJob) -> tuple[int, ...]:
    names = ("created", "updated", "unchanged", "skipped", "errors")
    return tuple(job.findings.get(name, 0) for name in names)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "earlier", "content"),
    [
        ("customers", BEFORE, WITH_CONSENT),
        ("customers", BEFORE, BEFORE),
        ("orders", EARLIER_ORDERS, LATER_ORDERS),
        ("orders", EARLIER_ORDERS, LATER_ORDERS.replace("order_number", "note").replace(",sku", ",other")),
    ],
    ids=["customers", "the same again", "orders by number", "orders without"],
)
@pytest.mark.parametrize("rows", [17, 10_000])
def test_it_counts_what_the_import_then_does_and_writes_nothing(
    check: Import,
    take: Import,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    earlier: str,
    content: str,
    rows: int,
) -> None:
    take(earlier, kind=kind)
    before = digests()
    monkeypatch.setattr("customers.imports.importers.ROWS", rows)

    job = check(content, kind=kind)

    assert (job.status, digests()) == ("checked", before)
    ImportJob.objects.filter(pk=job.pk).update(status="queued")
    job.problems.all().delete()
    runner.run(job.pk)
    job.refresh_from_db()
    assert found(job) == counts(job)


KNOWN = "number,name,city,company,phone\n1,Li Ming,Shanghai,,13800138000\n2,Wang Fang,,Acme,\n"
NEWS = "number,name,city,company\n1,Li Ming,Suzhou,Globex\n2,Wang Fang,Wuhan,Globex\n3,Zhao Lei,Xi'an,\n"


def test_it_says_how_many_cells_of_each_column_would_change(check: Import, take: Import) -> None:
    take(KNOWN)

    job = check(NEWS, policies={"company": "fill"})

    assert found(job) == (1, 2, 0, 0, 0)
    assert job.findings["cells"] == {
        "city:changed": 1,
        "city:filled": 1,
        "company:filled": 1,
        "company:kept": 1,
    }


def test_who_shares_a_phone_or_a_birthday_may_be_a_duplicate(
    check: Import, take: Import, as_operator: Client
) -> None:
    take("number,name,phone,birthday\n1,Li Ming,13800138000,1990-01-31\n")

    job = check(
        "number,name,phone,birthday\n7,Li Xiaoming,13800138000,\n8,Li Ming,,1990-01-31\n"
        "9,Sun Li,13900139000,\n10,Sun Wei,13900139000,\n"
    )

    assert job.findings["alike"] == 3
    rows = as_operator.get(f"/imports/{job.pk}/").context["alike"]
    li = Customer.objects.get()
    assert [(row.line, row.other, row.is_of_file) for row in rows] == [
        (1, li, False),
        (2, li, False),
        (4, None, True),
    ]
    response: Any = as_operator.get(f"/imports/{job.pk}/duplicates/")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 4


def test_what_would_be_left_out_can_be_downloaded_before(check: Import, as_operator: Client) -> None:
    job = check("number,name,birthday\n1,Li,0000-00-00\n2,Wang,\n")

    assert found(job) == (1, 0, 0, 0, 1)
    response: Any = as_operator.get(f"/imports/{job.pk}/problems/")
    assert "0000-00-00" in b"".join(response.streaming_content).decode()
    page = as_operator.get(f"/imports/{job.pk}/")
    assert [reason.rows for reason in page.context["reasons"]] == [1]


def test_the_page_of_a_check_keeps_its_budget(
    check: Import, take: Import, as_operator: Client, django_assert_max_num_queries: Any
) -> None:
    take(KNOWN)
    job = check(NEWS)
    as_operator.get("/imports/")

    with django_assert_max_num_queries(10):
        as_operator.get(f"/imports/{job.pk}/")


def test_one_may_go_back_to_the_columns(check: Import, as_operator: Client) -> None:
    job = check(KNOWN)

    as_operator.post(f"/imports/{job.pk}/columns/")

    job.refresh_from_db()
    assert job.status == "preview"
    assert as_operator.post(f"/imports/{job.pk}/columns/").status_code == 409


def test_other_columns_need_another_check(check: Import, as_operator: Client) -> None:
    job = check(KNOWN)
    chosen = {f"column_{index}": name for name, index in job.mapping.items()}

    as_operator.post(
        f"/imports/{job.pk}/mapping/",
        {"encoding": job.encoding, "delimiter": job.delimiter} | chosen | {"column_2": ""},
    )

    job.refresh_from_db()
    assert (job.status, job.findings, "city" in job.mapping) == ("preview", {}, False)
