"""POST /customers/<pk>/mails/ and what the page shows of it."""

import pytest
from django.test import Client

from channels import factories as channels
from channels.consent.models import Purpose
from channels.direct import services
from channels.direct.models import DirectMessage
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


def fields(sender: Channel) -> dict[str, str]:
    return {"subject": "Hello", "body": "There", "purpose": "service", "channel": str(sender.pk)}


def test_what_is_sent_stands_above_the_timeline(
    as_seller: Client, made: Customer, seller: User, sender: Channel
) -> None:
    form = as_seller.get(f"/customers/{made.pk}/", {"compose": "email"}).content.decode()
    assert "w••••@example.com" in form
    assert "wang@example.com" not in form

    page = as_seller.post(f"/customers/{made.pk}/mails/", fields(sender), follow=True)

    message = DirectMessage.objects.get()
    assert (message.by, message.state) == (seller, "ready")
    assert "outgoing-line" in page.content.decode()
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


@pytest.mark.parametrize("wrong", [{"subject": ""}, {"body": " "}, {"purpose": "survey"}, {"channel": "0"}])
def test_half_a_mail_is_refused(
    as_seller: Client, made: Customer, sender: Channel, wrong: dict[str, str]
) -> None:
    answer = as_seller.post(f"/customers/{made.pk}/mails/", fields(sender) | wrong)

    assert answer.status_code == 400
    assert not DirectMessage.objects.exists()


def test_who_cannot_be_reached_is_said_before_one_writes(
    as_seller: Client, seller: User, sender: Channel
) -> None:
    made = factories.customer(owner=seller)

    page = as_seller.get(f"/customers/{made.pk}/", {"compose": "email"}).content.decode()

    assert f"/customers/{made.pk}/mails/" not in page


def test_strangers_get_404(as_seller: Client, client: Client, sender: Channel) -> None:
    made = factories.customer(email="wang@example.com")
    assert as_seller.post(f"/customers/{made.pk}/mails/", fields(sender)).status_code == 404
    client.force_login(people.user(Role.MARKETING))
    assert client.post(f"/customers/{made.pk}/mails/", fields(sender)).status_code == 404


def test_the_entry_tells_where_it_was_sent_from(
    as_seller: Client, made: Customer, seller: User, sender: Channel
) -> None:
    message = services.write(made, sender, purpose=Purpose.SERVICE, subject="A", body="B", by=seller)
    entry = timeline.record(made, "email", summary="A", source="direct", source_id=str(message.pk))
    assert entry

    part = as_seller.get(f"/customers/{made.pk}/entries/{entry.pk}/").content.decode()

    assert sender.name in part
