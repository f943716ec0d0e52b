"""Privacy as colleagues see it: who may do what, and what each page answers."""

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from channels.consent import services as consent
from channels.consent.gate import Question, Reason, verdict_on
from channels.consent.models import Purpose
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.files.models import Attachment
from customers.models import Customer
from customers.privacy import services, wording
from customers.privacy.models import SubjectRequest

pytestmark = pytest.mark.django_db
GIVEN = {"kind": "access", "law": "gdpr", "way": "email", "proof": "called back", "note": ""}


@pytest.fixture
def operator() -> User:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def office(client: Client, operator: User) -> Client:
    client.force_login(operator)
    return client


def asked(customer: Customer, by: User, **fields: Any) -> SubjectRequest:
    return services.take_request(customer, {"kind": "access", "law": "pipl", "proof": "x", **fields}, by=by)


def test_a_request_is_noted_with_the_day_the_law_gives(office: Client) -> None:
    one = factories.customer()
    answer = office.post(reverse("privacy:requests", args=[one.pk]), GIVEN)
    made = SubjectRequest.objects.get()
    assert answer.url == reverse("privacy:request", args=[made.pk])  # type: ignore[attr-defined]
    assert made.due_on == wording.due_on("gdpr", timezone.localdate())


@pytest.mark.parametrize(
    ("law", "received", "due"),
    [
        ("gdpr", date(2026, 1, 31), date(2026, 2, 28)),
        ("gdpr", date(2026, 12, 5), date(2027, 1, 5)),
        ("pipl", date(2026, 1, 31), date(2026, 2, 15)),
    ],
)
def test_due_dates(law: str, received: date, due: date) -> None:
    assert wording.due_on(law, received) == due


@pytest.mark.parametrize(("country", "law"), [("DE", "gdpr"), ("CN", "pipl"), ("", "pipl"), ("GB", "gdpr")])
def test_where_somebody_lives_decides_the_law(country: str, law: str) -> None:
    assert wording.law_of(Customer(country=country)) == law


def test_every_right_has_words_in_both_languages() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            words = [wording.right(law, kind) for law, kind in wording.RIGHTS]
            assert all(("PIPL" in one or "GDPR" in one or "法" in one or "条例" in one) for one in words)


def test_a_request_without_proof_of_who_asks_is_not_taken(office: Client) -> None:
    one = factories.customer()
    answer = office.post(reverse("privacy:requests", args=[one.pk]), GIVEN | {"proof": ""})
    assert (answer.status_code, SubjectRequest.objects.count()) == (422, 0)


def test_the_same_request_twice_is_one(office: Client, operator: User) -> None:
    one = factories.customer()
    asked(one, operator)
    answer = office.post(reverse("privacy:requests", args=[one.pk]), GIVEN)
    assert (answer.status_code, SubjectRequest.objects.count()) == (409, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectRequest.objects.create(customer=one, kind="access", law="gdpr", due_on=date(2026, 1, 1))


def test_a_refusal_says_why(office: Client, operator: User) -> None:
    one = asked(factories.customer(), operator)
    url = reverse("privacy:answer", args=[one.pk])
    assert office.post(url, {"status": "refused", "answer": " "}).status_code == 400
    office.post(url, {"status": "refused", "answer": "We must keep invoices for ten years."})
    one.refresh_from_db()
    assert (one.status, one.handled_by) == ("refused", operator)
    assert office.post(url, {"status": "done", "answer": ""}).status_code == 409


def test_the_list_shows_what_is_due_first_and_stays_cheap(office: Client, operator: User) -> None:
    for day in range(3):
        one = asked(factories.customer(name=f"Asker {day}"), operator)
        SubjectRequest.objects.filter(pk=one.pk).update(due_on=timezone.localdate() - timedelta(days=day))
    office.get(reverse("privacy:list"))  # the first page of a session also notes the session
    with CaptureQueriesContext(connection) as queries:
        text = office.get(reverse("privacy:list")).content.decode()
    assert text.index("Asker 2") < text.index("Asker 1") < text.index("Asker 0")
    assert len(queries) <= 8
    assert "Asker 0" not in office.get(reverse("privacy:list") + "?view=overdue").content.decode()
    assert office.get(reverse("privacy:list") + "?view=x").status_code == 400


def test_the_copy_holds_everything_as_json_page_and_files(office: Client, operator: User) -> None:
    one = factories.customer(name="李明", email="li@example.com")
    factories.order(one, external_id="ORD-77")
    factories.entry(one, summary="Called about shoes")
    stored = default_storage.save("attachments/test-copy", ContentFile(b"signed"))
    Attachment.objects.create(
        customer=one, name="../../c.pdf", file=stored, size=6, media_type="x", digest="d"
    )
    answer = office.post(reverse("privacy:copy", args=[asked(one, operator).pk]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    default_storage.delete(stored)
    data = json.loads(archive.read("data.json"))["data"]
    assert data["customers.customer"][0]["email"] == "li@example.com"
    assert data["orders.order"][0]["external_id"] == "ORD-77"
    page = archive.read("data.html").decode()
    assert all(words in page for words in ("李明", "li@example.com", "ORD-77", "Called about shoes"))
    assert next(name for name in archive.namelist() if name.startswith("files/")).count("/") == 1
    assert AuditEntry.objects.filter(action="privacy.copied", subject_id=one.pk).count() == 1


def test_only_who_may_export_makes_the_copy(client: Client, operator: User) -> None:
    team = people.team()
    one = factories.customer(team=team)
    made = asked(one, operator)
    client.force_login(people.user(Role.MANAGER, teams=(team,)))
    assert client.get(reverse("privacy:request", args=[made.pk])).status_code == 200
    assert client.post(reverse("privacy:copy", args=[made.pk])).status_code == 404
    assert client.get(reverse("privacy:erasure", args=[one.pk])).status_code == 404


def test_strangers_see_no_request(client: Client, operator: User) -> None:
    made = asked(factories.customer(), operator)
    client.force_login(people.user(Role.SALES))
    assert client.get(reverse("privacy:request", args=[made.pk])).status_code == 404
    assert client.get(reverse("privacy:customer", args=[made.customer_id])).status_code == 404


def test_restricted_data_is_kept_and_nothing_is_sent(office: Client) -> None:
    one = factories.customer(email="an@example.com")
    consent.grant(one, Purpose.MARKETING, "email", source="shop")
    question = Question("email", Purpose.MARKETING, timezone.now())
    url = reverse("privacy:restriction", args=[one.pk])
    office.post(url, {"on": "1"})
    assert verdict_on(one, question) == Reason.RESTRICTED
    assert office.post(url, {"on": "1"}).status_code == 409
    office.post(url, {"on": "0"})
    assert verdict_on(one, question) == ""


def test_the_erasure_page_says_what_goes_and_what_stays(office: Client, settings: Any) -> None:
    settings.ERASURE_NEEDS_TWO = False
    one = factories.customer(name="Go Away")
    factories.order(one)
    url = reverse("privacy:erasure", args=[one.pk])
    with translation.override("en"):
        assert office.get(url).status_code == 200
    assert office.post(url, {"name": "Go", "why": "request"}).status_code == 400
    assert office.post(url, {"name": "Go Away", "why": "request"}).status_code == 302
    one.refresh_from_db()
    assert str(one.pk) in one.name


def test_an_erased_customers_page_still_opens(office: Client, operator: User, settings: Any) -> None:
    settings.ERASURE_NEEDS_TWO = False
    one = factories.customer(name="Go Away")
    services.ask_erasure(one, one.name, "request", by=operator)
    for name in ("customers:detail", "privacy:customer"):
        answer = office.get(reverse(name, args=[one.pk]))
        assert answer.status_code == 200
        assert "Go Away" not in answer.content.decode()
