"""What happens when a file and we know different things about a customer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from crm.accounts.models import User
from customers import services as customers
from customers.imports.models import ImportJob
from customers.imports.tests.conftest import Import, counts
from customers.models import Customer

pytestmark = pytest.mark.django_db

OURS = "number,name,city,company,tags\n1,Li Ming,Shanghai,,VIP\n"
THEIRS = "number,name,city,company,tags\n1,Li Ming,Suzhou,Acme,new\n"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("overwrite", ("Suzhou", "Acme", ["VIP", "new"])),
        ("fill", ("Shanghai", "Acme", ["VIP"])),
        ("keep", ("Shanghai", "", ["VIP"])),
    ],
)
def test_a_column_does_what_was_chosen(take: Import, policy: str, expected: tuple[Any, ...]) -> None:
    take(OURS)

    take(THEIRS, policies=dict.fromkeys(("city", "company", "tags"), policy))

    li = Customer.objects.get()
    assert (li.city, li.company, li.tags) == expected


def test_what_is_kept_is_no_change(take: Import) -> None:
    take(OURS)
    version = Customer.objects.get().version

    job = take(THEIRS.replace("Acme", ""), policies={"city": "keep", "tags": "keep", "company": "keep"})

    assert counts(job) == (0, 0, 1, 0, 0)
    assert Customer.objects.get().version == version


@pytest.mark.parametrize(("days", "expected"), [(-2, "Hangzhou"), (2, "Suzhou")])
def test_the_newest_wins_by_the_date_in_the_row(
    take: Import, operator: User, days: int, expected: str
) -> None:
    take(OURS)
    li = Customer.objects.get()
    customers.update(li, {"city": "Hangzhou"}, version=li.version, by=operator)
    Customer.objects.update(created_at=F("created_at") - timedelta(days=30))
    edit = timezone.now() - timedelta(days=5)
    with_old_edit(li, edit)
    said = (edit + timedelta(days=days)).date().isoformat()

    take(f"number,name,city,updated at\n1,Li Ming,Suzhou,{said}\n", policies={"city": "newest"})

    assert Customer.objects.get().city == expected


def test_without_a_date_the_moment_of_the_upload_counts(take: Import, look: Import, operator: User) -> None:
    take(OURS)
    li = Customer.objects.get()
    customers.update(li, {"city": "Hangzhou"}, version=li.version, by=operator)

    take(THEIRS, policies={"city": "newest"}, created_at=timezone.now() - timedelta(hours=1))
    assert Customer.objects.get().city == "Hangzhou"

    take(THEIRS.replace("Suzhou", "Wuhan"), policies={"city": "newest"})
    assert Customer.objects.get().city == "Wuhan"


def test_a_choice_is_made_on_the_page(as_operator: Client, look: Import) -> None:
    job = look(OURS)
    chosen = {f"column_{index}": name for name, index in job.mapping.items()}
    given = {
        "encoding": job.encoding,
        "delimiter": job.delimiter,
        "language": "en",
        "source": "till",
    } | chosen

    as_operator.post(f"/imports/{job.pk}/mapping/", given | {"policy_2": "fill", "policy_3": "overwrite"})

    job.refresh_from_db()
    assert (job.policies, job.language, job.source) == ({"city": "fill"}, "en", "till")
    assert as_operator.post(f"/imports/{job.pk}/mapping/", given | {"policy_2": "burn"}).status_code == 422


def with_old_edit(customer: Customer, at: Any) -> None:
    """The history is only added to; a test that travels says so."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('record.erasing', 'yes', true)")
        cursor.execute("UPDATE record_change SET at = %s WHERE customer_id = %s", [at, customer.pk])
        cursor.execute("SELECT set_config('record.erasing', '', true)")


@pytest.mark.parametrize(
    ("row", "choice", "expected"),
    [
        ("李明,", "guess", "zh-hans"),
        ("佐藤さくら,", "guess", "en"),
        ("Anna Schmidt,+49 30 901820", "guess", "en"),
        ("Anna Schmidt,", "guess", "en"),
        ("Li Ming,13800138000", "guess", "zh-hans"),
        ("李明,", "en", "en"),
        ("Anna Schmidt,", "", ""),
    ],
)
def test_new_customers_get_a_language(take: Import, row: str, choice: str, expected: str) -> None:
    take(f"name,phone\n{row}\n", language=choice)

    assert Customer.objects.get().language == expected


def test_a_language_in_the_file_wins_over_the_guess(take: Import) -> None:
    job = take("name,language\n李明,English\n王芳,klingon\n")

    assert Customer.objects.get().language == "en"
    assert ImportJob.objects.get(pk=job.pk).error_rows == 1
