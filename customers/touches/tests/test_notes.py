"""POST /customers/<pk>/notes/"""

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db


def test_a_note_stands_on_the_timeline_and_moves_the_customer_up(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)
    before = made.touched_at

    response = as_seller.post(f"/customers/{made.pk}/notes/", {"body": "  Call on\nMonday  "}, follow=True)

    note = made.entries.get()
    assert (note.kind, note.body, note.actor) == ("note", "Call on\nMonday", seller)
    assert "Call on" in response.content.decode()
    made.refresh_from_db()
    assert made.touched_at > before


@pytest.mark.parametrize("body", ["", "   ", "x" * 5001])
def test_an_empty_or_endless_note_is_refused(as_seller: Client, seller: User, body: str) -> None:
    made = factories.customer(owner=seller)

    assert as_seller.post(f"/customers/{made.pk}/notes/", {"body": body}).status_code == 400
    assert not Entry.objects.exists()


def test_a_nul_is_dropped(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)

    as_seller.post(f"/customers/{made.pk}/notes/", {"body": "a\x00b"})

    assert made.entries.get().body == "ab"


def test_strangers_get_404(as_seller: Client, client: Client) -> None:
    made = factories.customer()
    assert as_seller.post(f"/customers/{made.pk}/notes/", {"body": "x"}).status_code == 404
    client.force_login(people.user(Role.MARKETING))
    assert client.post(f"/customers/{made.pk}/notes/", {"body": "x"}).status_code == 404
    assert not Entry.objects.exists()
