"""What the customer page shows of single messages."""

import pytest
from django.test import Client

from channels import factories as channels
from channels.consent.models import Purpose
from channels.direct import services
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer
from customers.timeline import services as timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Channel:
    return channels.channel()


@pytest.fixture
def made(seller: User) -> Customer:
    return factories.customer(owner=seller, email="wang@example.com")


def test_what_is_sent_stands_above_the_timeline(
    as_seller: Client, made: Customer, seller: User, sender: Channel
) -> None:
    services.write(made, sender, purpose=Purpose.SERVICE, subject="A", body="B", by=seller)

    assert "outgoing-line" in as_seller.get(f"/customers/{made.pk}/panels/outgoing/").content.decode()


def test_it_can_be_taken_back_by_its_author_only(
    as_seller: Client, made: Customer, seller: User, sender: Channel
) -> None:
    other = people.user(Role.OPERATIONS)
    theirs, mine = (
        services.write(made, sender, purpose=Purpose.SERVICE, subject="A", body="B", by=by)
        for by in (other, seller)
    )

    assert as_seller.post(f"/customers/mails/{theirs.pk}/cancellation/").status_code == 404
    as_seller.post(f"/customers/mails/{mine.pk}/cancellation/")

    mine.refresh_from_db()
    assert mine.state == "skipped"


def test_the_entry_tells_where_it_was_sent_from(
    as_seller: Client, made: Customer, seller: User, sender: Channel
) -> None:
    message = services.write(made, sender, purpose=Purpose.SERVICE, subject="A", body="B", by=seller)
    entry = timeline.record(made, "email", summary="A", source="direct", source_id=str(message.pk))
    assert entry

    part = as_seller.get(f"/customers/{made.pk}/entries/{entry.pk}/").content.decode()

    assert sender.name in part
