"""Consent columns of customer files."""

from collections.abc import Callable
from typing import Any

import pytest

from channels.consent import services
from channels.consent.models import Consent, ConsentEntry
from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories
from customers.imports import runner
from customers.imports.models import ImportJob
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db

Take = Callable[[str], ImportJob]


@pytest.fixture
def take(tmp_path: Any, settings: Any) -> Take:
    settings.MEDIA_ROOT = tmp_path
    operator = people.user(Role.OPERATIONS)

    def take(content: str) -> ImportJob:
        job = factories.import_job(content.encode(), by=operator, file_name="list.csv")
        runner.read(job.pk)
        ImportJob.objects.filter(pk=job.pk).update(status=ImportJob.Status.QUEUED)
        runner.run(job.pk)
        job.refresh_from_db()
        return job

    return take


def stand() -> set[tuple[str, str, str]]:
    return set(Consent.objects.values_list("customer__name", "channel", "state"))


def test_yes_and_no_come_in_with_their_proof(take: Take) -> None:
    job = take("number,name,email consent,短信营销同意\n1,Li,yes,否\n2,Wang,,是\n3,Zhao,,\n")

    assert stand() == {("Li", "email", "granted"), ("Li", "sms", "withdrawn"), ("Wang", "sms", "granted")}
    entry = ConsentEntry.objects.get(customer__name="Wang")
    assert entry.evidence == {"file": "list.csv", "row": 2, "import": job.pk}
    assert (entry.source, entry.by, entry.purpose) == ("import", job.created_by, "marketing")
    assert Entry.objects.filter(source="consent").count() == 3
    assert job.created_rows == 3


def test_the_same_file_again_adds_nothing(take: Take) -> None:
    content = "number,name,email consent\n1,Li,yes\n2,Wang,no\n"
    take(content)
    take(content)
    take(content.replace("name", "full name") + "3,Zhao,\n")

    assert ConsentEntry.objects.count() == Consent.objects.count() == 2


def test_an_imported_yes_never_lifts_a_withdrawal(take: Take) -> None:
    take("number,name,email consent\n1,Li,yes\n")
    services.withdraw(Customer.objects.get(), "marketing", "email", source="link")

    job = take("number,name,email consent,city\n1,Li,yes,Shanghai\n")

    assert stand() == {("Li", "email", "withdrawn")}
    assert ConsentEntry.objects.count() == 2
    assert job.updated_rows == 1


def test_an_imported_no_withdraws(take: Take) -> None:
    take("number,name,email consent\n1,Li,yes\n")

    job = take("number,name,email consent\n1,Li,no\n")

    assert stand() == {("Li", "email", "withdrawn")}
    assert (job.updated_rows, job.unchanged_rows) == (1, 0)


def test_of_two_rows_about_one_customer_the_no_counts(take: Take) -> None:
    take("number,name,email consent\n1,Li,no\n1,Li,yes\n")

    assert stand() == {("Li", "email", "withdrawn")}


def test_what_is_neither_yes_nor_no_is_told(take: Take) -> None:
    job = take("number,name,email consent\n1,Li,perhaps\n")

    assert [one.reason for one in job.problems.all()] == ["bad_choice"]
    assert stand() == set()
