"""POST /customers/<pk>/calls/ and /meetings/"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.accounts.models import User
from customers import factories
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
CALL = {"direction": "out", "outcome": "reached", "minutes": "6", "body": "Wants a quote", "at": ""}


def test_a_call_says_who_called_how_it_ended_and_how_long_it_took(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)

    page = as_seller.post(
        f"/customers/{made.pk}/calls/", CALL, follow=True, headers={"Accept-Language": "en"}
    )

    entry = made.entries.get()
    assert (entry.kind, entry.channel, entry.direction, entry.actor) == ("call", "phone", "out", seller)
    assert entry.data == {"seconds": 360, "outcome": "reached"}
    assert "Spoke with them · 6 minutes" in page.content.decode()


def test_a_call_of_yesterday_stands_there(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)
    yesterday = timezone.localtime() - timedelta(days=1)

    as_seller.post(f"/customers/{made.pk}/calls/", CALL | {"at": yesterday.strftime("%Y-%m-%dT%H:%M")})

    assert timezone.localtime(made.entries.get().occurred_at).date() == yesterday.date()


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": "sideways"},
        {"outcome": ""},
        {"minutes": "-1"},
        {"minutes": "many"},
        {"at": "2999-01-01T00:00"},
        {"at": "1999-01-01T00:00"},
        {"at": "0000-00-00T00:00"},
        {"body": "x" * 5001},
    ],
)
def test_what_cannot_be_is_refused(as_seller: Client, seller: User, wrong: dict[str, str]) -> None:
    made = factories.customer(owner=seller)

    assert as_seller.post(f"/customers/{made.pk}/calls/", CALL | wrong).status_code == 400
    assert not Entry.objects.exists()


def test_a_meeting_needs_words(as_seller: Client, seller: User) -> None:
    made = factories.customer(owner=seller)
    fields = {"place": "theirs", "minutes": "", "at": ""}

    assert as_seller.post(f"/customers/{made.pk}/meetings/", fields | {"body": " "}).status_code == 400
    as_seller.post(f"/customers/{made.pk}/meetings/", fields | {"body": "Saw the new shop"})

    entry = made.entries.get()
    assert (entry.kind, entry.channel, entry.data) == ("meeting", "meeting", {"place": "theirs"})


def test_strangers_get_404(as_seller: Client) -> None:
    made = factories.customer()

    assert as_seller.post(f"/customers/{made.pk}/calls/", CALL).status_code == 404
    assert as_seller.post(f"/customers/{made.pk}/meetings/", CALL).status_code == 404
