"""One mail to one customer, whatever happens on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels import factories as channels
from channels.campaigns.tests.conftest import Sink, body_of
from channels.connectors.base import Accepted, Retry
from channels.consent import gate, suppression
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.direct import markup, sending, services
from channels.direct.models import DirectMessage
from channels.models import Channel
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import factories
from customers.holdings import Blank, all_holdings
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
State = DirectMessage.State


@pytest.fixture
def made(seller: User) -> Customer:
    return factories.customer(owner=seller, name="王小明", email="wang@example.com", country="CN")


def write(made: Customer, channel: Channel, by: User, **fields: Any) -> DirectMessage:
    words = {"purpose": Purpose.SERVICE, "subject": "Your {{ order }}", "body": "It is {{ here }}\nBye"}
    return services.write(made, channel, by=by, **{**words, **fields})


def test_the_mail_arrives_as_it_was_written_and_is_told_once(
    sink: Sink, channel: Channel, made: Customer, seller: User
) -> None:
    message = write(made, channel, seller)
    sending.send(message.pk)
    sending.send(message.pk)

    mail = sink.mail("wang@example.com")
    assert mail["Subject"] == "Your {{ order }}"
    assert "It is {{ here }}" in body_of(mail, "plain")
    assert str(seller) in str(mail["From"])
    message.refresh_from_db()
    assert (message.state, message.address) == (State.ACCEPTED, "wang@example.com")
    entry = Entry.objects.get(source="direct")
    assert (entry.kind, entry.direction, entry.actor, entry.summary) == (
        "email",
        "out",
        seller,
        "Your {{ order }}",
    )


def test_what_may_not_go_is_refused_at_once(channel: Channel, made: Customer, seller: User) -> None:
    with pytest.raises(Refused):
        write(made, channel, seller, purpose=Purpose.MARKETING)
    suppression.suppress("email", made.email, "manual")
    with pytest.raises(Refused):
        write(made, channel, seller)
    assert not DirectMessage.objects.exists()


def test_a_withdrawal_after_writing_holds_it_back(
    sink: Sink, channel: Channel, made: Customer, seller: User
) -> None:
    message = write(made, channel, seller)
    consent.withdraw(made, Purpose.SERVICE, "email", source="test", at=timezone.now())
    sending.send(message.pk)

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SKIPPED, gate.Reason.NO_CONSENT)
    assert sink.mails == []
    assert not Entry.objects.filter(source="direct").exists()


def test_in_quiet_hours_it_waits_for_the_morning(
    sink: Sink, channel: Channel, made: Customer, seller: User, settings: Any
) -> None:
    hour = timezone.localtime().hour
    settings.QUIET_CHANNELS, settings.QUIET_FROM, settings.QUIET_UNTIL = ["email"], hour, (hour + 2) % 24
    message = write(made, channel, seller)
    sending.send(message.pk)

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.READY, gate.Reason.QUIET)
    assert message.due_at > timezone.now()
    assert sink.mails == []
    services.cancel(message, by=seller)
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SKIPPED, sending.CANCELLED)
    with pytest.raises(Refused):
        services.cancel(message, by=seller)


def test_the_customer_s_own_quiet_hours_are_heeded(
    sink: Sink, channel: Channel, made: Customer, seller: User, settings: Any
) -> None:
    settings.QUIET_CHANNELS = ["email"]
    hour = timezone.localtime().hour
    made.quiet_from, made.quiet_until = hour, (hour + 3) % 24
    made.save()
    message = write(made, channel, seller)
    sending.send(message.pk)

    message.refresh_from_db()
    assert message.state == State.READY
    assert timezone.localtime(message.due_at).hour == (hour + 3) % 24
    assert sink.mails == []


def test_an_address_that_is_none_is_not_written_to_again(
    sink: Sink, channel: Channel, made: Customer, seller: User
) -> None:
    sink.answers[made.email] = "550 No such user"
    message = write(made, channel, seller)
    sending.send(message.pk)

    message.refresh_from_db()
    assert message.state == State.FAILED
    assert message.sent_at is None
    with pytest.raises(Refused):
        write(made, channel, seller)


def test_a_server_that_is_away_is_asked_again_later(
    sink: Sink, channel: Channel, made: Customer, seller: User
) -> None:
    sink.answers[made.email] = "450 Later"
    message = write(made, channel, seller)
    sending.send(message.pk)

    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at) == (State.READY, 1, None)
    assert message.due_at > timezone.now()
    assert sending.sweep() == []
    sink.answers.clear()
    DirectMessage.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    for one in sending.sweep():
        sending.send(one.pk)
    assert len(sink.mails) == 1


def test_a_crash_while_it_was_handed_over_ends_in_unknown(
    sink: Sink, channel: Channel, made: Customer, seller: User
) -> None:
    message = write(made, channel, seller)
    parcel = sending._claim(message.pk)
    assert parcel
    DirectMessage.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    assert sending.sweep() == []
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.UNKNOWN, sending.LOST)

    # The worker was only slow: now it is known.
    sending._settle(parcel, Accepted("id"))
    message.refresh_from_db()
    assert message.state == State.ACCEPTED


def test_a_channel_that_is_switched_off_sends_nothing(
    sink: Sink, channel: Channel, made: Customer, seller: User
) -> None:
    message = write(made, channel, seller)
    Channel.objects.update(enabled=False)
    sending.send(message.pk)

    assert sink.mails == []


def test_offers_count_towards_the_cap(
    sink: Sink, channel: Channel, made: Customer, seller: User, settings: Any
) -> None:
    settings.CONTACT_CAP = 1
    consent.grant(made, Purpose.MARKETING, "email", source="test", at=timezone.now())
    sending.send(write(made, channel, seller, purpose=Purpose.MARKETING).pk)

    with pytest.raises(Refused):
        write(made, channel, seller, purpose=Purpose.MARKETING)
    write(made, channel, seller)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"state": "dispatching"}, "direct_held_has_a_lease"),
        ({"state": "failed", "reason": ""}, "direct_that_was_not_sent_has_a_reason"),
    ],
)
def test_the_rules_themselves(
    channel: Channel, made: Customer, seller: User, fields: dict[str, str], rule: str
) -> None:
    write(made, channel, seller)
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        DirectMessage.objects.update(**fields)


def test_the_html_is_made_when_it_is_sent_and_shows_values_as_words(
    sink: Sink, channel: Channel, made: Customer, seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markup, "_makers", {})
    message = write(made, channel, seller)
    DirectMessage.objects.update(markup={"by": "tests", "size": 2}, fields={"f0": "<b>Wang</b>"})
    markup.register(
        "tests", lambda kept, purpose: f"<h{kept['size']}>{{{{ f0 }}}} {purpose}</h{kept['size']}>"
    )
    sending.send(message.pk)

    mail = sink.mail("wang@example.com")
    assert "It is {{ here }}" in body_of(mail, "plain")
    assert "<h2>&lt;b&gt;Wang&lt;/b&gt; service</h2>" in body_of(mail, "html")


def test_a_mail_of_text_alone_has_no_html(sink: Sink, channel: Channel, made: Customer, seller: User) -> None:
    sending.send(write(made, channel, seller).pk)
    assert sink.mail("wang@example.com").get_content_type() == "text/plain"


def test_what_is_sent_again_has_its_html_again(channel: Channel, made: Customer, seller: User) -> None:
    message = write(made, channel, seller)
    known = {"markup": {"by": "tests"}, "fields": {"f0": "Wang"}}
    DirectMessage.objects.update(state=State.FAILED, reason="refused", **known)
    again = services.send_again(message, by=seller)
    again.refresh_from_db()
    assert (again.markup, again.fields) == (known["markup"], known["fields"])


def test_an_erasure_takes_what_fills_the_html() -> None:
    (holding,) = (one for one in all_holdings() if one.model == "direct.directmessage")
    assert isinstance(holding.fate, Blank)
    assert {"fields": {}, "markup": None}.items() <= holding.fate.values.items()


@pytest.fixture
def keyed() -> Channel:
    """Its provider knows our keys for a day."""
    return channels.channel(connector="sandbox_http")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("hours", "state"), [(1, State.ACCEPTED), (30, State.UNKNOWN)])
def test_what_may_have_arrived_goes_again_only_while_its_key_is_known(
    sandbox: Sandbox, keyed: Channel, made: Customer, seller: User, hours: int, state: str
) -> None:
    """Nobody was at work for a while, and then somebody is."""
    moment = timezone.now() - timedelta(hours=hours)
    message = DirectMessage.objects.create(
        customer=made, channel=keyed, by=seller, body="Hello", sent_at=moment, attempts=1, due_at=moment
    )
    sending.send(message.pk)
    message.refresh_from_db()
    assert message.state == state
    assert SandboxMessage.objects.count() == (state == State.ACCEPTED)
    assert message.reason == ("" if state == State.ACCEPTED else sending.LOST)


@pytest.mark.parametrize("before", [None, timedelta(minutes=5)])
def test_what_was_proven_unsent_may_still_be_taken_back(
    keyed: Channel, made: Customer, seller: User, before: timedelta | None
) -> None:
    """Unless an earlier try may have arrived."""
    message = write(made, keyed, seller)
    DirectMessage.objects.update(sent_at=timezone.now() - before if before else None)
    parcel = sending._claim(message.pk)
    assert parcel is not None
    sending._settle(parcel, Retry(1, "busy"))
    message.refresh_from_db()
    assert message.state == State.READY
    assert (message.sent_at is None) == (before is None)


def test_a_withdrawal_does_not_make_it_unsent(keyed: Channel, made: Customer, seller: User) -> None:
    message = write(made, keyed, seller)
    DirectMessage.objects.update(sent_at=timezone.now() - timedelta(minutes=5), attempts=1)
    consent.withdraw(made, Purpose.SERVICE, "email", source="test", at=timezone.now())
    sending.send(message.pk)
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.UNKNOWN, gate.Reason.NO_CONSENT)
