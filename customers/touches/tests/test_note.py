"""/customers/<pk>/notes/<entry>/ and what hangs on it: correcting, taking back, pinning."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.audit.models import AuditEntry
from customers import factories
from customers.models import Customer
from customers.timeline.models import Entry
from customers.touches import services
from customers.touches.models import Pin, Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(seller: User) -> Customer:
    return factories.customer(owner=seller)


@pytest.fixture
def note(made: Customer, seller: User) -> Entry:
    written = services.note(made, "Firts", by=seller)
    assert written
    return written


def url(entry: Entry, what: str = "") -> str:
    return f"/customers/{entry.customer_id}/notes/{entry.pk}/{what}"


def test_a_correction_keeps_the_earlier_wording(as_seller: Client, note: Entry) -> None:
    assert "Firts" in as_seller.get(url(note)).content.decode()
    as_seller.post(url(note), {"body": "First"})

    note.refresh_from_db()
    assert note.body == "First"
    assert note.data["edited_at"]
    assert [one.body for one in Revision.objects.all()] == ["Firts"]
    part = as_seller.get(f"/customers/{note.customer_id}/entries/{note.pk}/")
    assert "Firts" in part.content.decode()


def test_saving_the_same_words_changes_nothing(as_seller: Client, note: Entry) -> None:
    as_seller.post(url(note), {"body": " Firts "})

    assert not Revision.objects.exists()


def test_a_note_taken_back_leaves_a_trace_but_not_its_words(
    as_seller: Client, seller: User, note: Entry
) -> None:
    services.pin(note, by=seller)
    page = as_seller.post(url(note, "deletion/"), follow=True).content.decode()

    note.refresh_from_db()
    assert (note.kind, note.body) == ("note.deleted", "")
    assert "Firts" not in page
    assert "Firts" not in as_seller.get(f"/customers/{note.customer_id}/entries/{note.pk}/").content.decode()
    assert Revision.objects.get().body == "Firts"
    assert not Pin.objects.exists()
    assert AuditEntry.objects.filter(action="note.deleted").exists()


@pytest.mark.parametrize("what", ["", "deletion/"])
def test_only_the_author_and_only_while_it_is_fresh(
    as_seller: Client, as_operator: Client, seller: User, note: Entry, what: str
) -> None:
    assert as_operator.post(url(note, what), {"body": "Mine now"}).status_code == 409
    Entry.objects.filter(pk=note.pk).update(occurred_at=timezone.now() - timedelta(hours=25))
    as_operator.force_login(seller)

    assert as_seller.post(url(note, what), {"body": "Too late"}).status_code == 409
    note.refresh_from_db()
    assert note.body == "Firts"


def test_what_is_pinned_stands_above_the_timeline(as_seller: Client, made: Customer, note: Entry) -> None:
    as_seller.post(url(note, "pin/"))
    assert 'class="pinned"' in as_seller.get(f"/customers/{made.pk}/").content.decode()

    as_seller.post(url(note, "pin/"), {"off": "1"})
    assert 'class="pinned"' not in as_seller.get(f"/customers/{made.pk}/").content.decode()


def test_only_some_notes_and_nothing_but_notes_can_be_pinned(
    as_seller: Client, made: Customer, seller: User, note: Entry
) -> None:
    for number in range(services.MOST_PINS):
        entry = services.note(made, f"Note {number}", by=seller)
        assert entry
        services.pin(entry, by=seller)

    assert as_seller.post(url(note, "pin/")).status_code == 409
    assert as_seller.post(url(factories.entry(made), "pin/")).status_code == 409


def test_strangers_get_404(client: Client, note: Entry) -> None:
    client.force_login(people.user(Role.SALES))
    for what in ("", "deletion/", "pin/"):
        assert client.post(url(note, what), {"body": "x"}).status_code == 404
    assert client.get(url(note)).status_code == 404


def test_a_note_of_another_customer_is_not_found(as_operator: Client, note: Entry) -> None:
    other = factories.customer()

    assert as_operator.get(f"/customers/{other.pk}/notes/{note.pk}/").status_code == 404
