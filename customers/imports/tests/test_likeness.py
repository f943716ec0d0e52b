"""Rows of a file that resemble somebody we have: found by the check, decided by people, kept to."""

import pytest
from django.test import Client

from crm.accounts.models import User
from customers import factories
from customers.identity.models import Profile
from customers.imports import checking, likening, reverting, runner
from customers.imports.models import ImportJob
from customers.imports.tests.conftest import Import, counts
from customers.matching import queue, records, working
from customers.matching.models import Pair
from customers.merging.models import Apart
from customers.models import Customer

pytestmark = pytest.mark.django_db
PHONE = "+8613817652948"
# Another writing of the name: the importer's own rules take them for two.
FILE = f"number,name,phone,city\n7,WANG Xiaoming,{PHONE},上海\n8,Anna Schmidt,,Berlin\n"


@pytest.fixture
def known(operator: User) -> Customer:
    made = factories.customer(name="王小明", phone=PHONE, city="上海")
    factories.identity(made, "phone", PHONE)
    records.refresh([made.pk])
    return made


@pytest.fixture
def check(look: Import) -> Import:
    def check(content: str) -> ImportJob:
        job = look(content)
        ImportJob.objects.filter(pk=job.pk).update(status="to_check")
        checking.check(job.pk)
        job.refresh_from_db()
        return job

    return check


def start(client: Client, job: ImportJob, **chosen: str) -> ImportJob:
    assert client.post(f"/imports/{job.pk}/run/", chosen).status_code == 302
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def test_the_check_tells_whom_a_row_resembles_and_why(
    as_operator: Client, check: Import, known: Customer
) -> None:
    job = check(FILE)

    problem = job.problems.get(column="score")
    assert problem.evidence
    assert (problem.line, problem.alike, problem.evidence["is_sure"]) == (1, known.pk, True)
    assert (job.findings["compared"], job.findings["alike"]) == (2, 1)
    page = as_operator.get(f"/imports/{job.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert "Same phone" in page
    assert "2 of 2 new rows were compared" in page
    assert f'name="row-{problem.pk}"' in page


def test_rows_are_put_to_the_possible_duplicates(as_operator: Client, check: Import, known: Customer) -> None:
    job = start(as_operator, check(FILE), duplicates="review")

    assert counts(job) == (2, 0, 0, 0, 0)
    pair = Pair.objects.get()
    new = Profile.objects.get(source="file", source_key="7").customer
    assert (pair.low, pair.high, pair.found, pair.state) == (known, new, "import", "open")
    assert pair.is_sure
    assert pair.reasons


def test_sure_rows_are_added_to_the_customer_we_have(
    as_operator: Client, check: Import, known: Customer
) -> None:
    job = start(as_operator, check(FILE), duplicates="link")

    assert counts(job) == (1, 1, 0, 0, 0)
    assert Profile.objects.get(source="file", source_key="7").customer == known
    assert not Pair.objects.exists()
    # The next file knows them by their number.
    again = start(as_operator, check(FILE), duplicates="create")
    assert counts(again) == (0, 0, 2, 0, 0)


def test_what_is_merely_alike_is_not_added(as_operator: Client, check: Import, known: Customer) -> None:
    job = check(FILE)
    problem = job.problems.get(column="score")
    problem.evidence = {**(problem.evidence or {}), "is_sure": False}
    problem.save()

    start(as_operator, job, duplicates="link")

    assert Profile.objects.get(source="file", source_key="7").customer != known
    assert Pair.objects.count() == 1


def test_one_row_may_be_decided_by_itself(as_operator: Client, check: Import, known: Customer) -> None:
    job = check(FILE)
    row = f"row-{job.problems.get(column='score').pk}"

    start(as_operator, job, duplicates="link", **{row: "create"})

    new = Profile.objects.get(source="file", source_key="7").customer
    assert new != known
    apart = Apart.objects.get()
    assert {apart.one, apart.other} == {known, new}
    queue.mark([known.pk, new.pk])
    working.work()
    assert Pair.objects.get().state == "apart"


def test_whoever_was_deleted_since_is_not_added_to(
    as_operator: Client, check: Import, known: Customer
) -> None:
    job = check(FILE)
    Customer.objects.filter(pk=known.pk).update(deleted_at="2026-01-01T00:00Z")

    assert counts(start(as_operator, job, duplicates="link")) == (2, 0, 0, 0, 0)


def test_nonsense_is_not_a_choice(as_operator: Client, check: Import, known: Customer) -> None:
    job = check(FILE)

    assert as_operator.post(f"/imports/{job.pk}/run/", {"duplicates": "all"}).status_code == 400
    start(as_operator, job, **{"row-x": "link", "row-": "link", "row-1": "nonsense", "row-²": "link"})


def test_of_a_large_file_the_first_rows_are_compared(
    check: Import, known: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likening, "MOST", 1)

    assert check(FILE).findings["compared"] == 1


def test_pairs_do_not_keep_an_import_from_being_reverted(
    as_operator: Client, check: Import, known: Customer
) -> None:
    job = start(as_operator, check(FILE), duplicates="review")
    ImportJob.objects.filter(pk=job.pk).update(status="to_review", ended_as="done")

    reverting.review(job.pk)
    job.refresh_from_db()

    assert job.reversal.get("edits", []) == []
