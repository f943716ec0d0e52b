"""A campaign over several channels, from its plan to the provider and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels import factories
from channels.campaigns import finishing, measuring, sending, tracking, ways
from channels.campaigns.carrying import mailings_of
from channels.campaigns.claiming import claim, judge_for
from channels.campaigns.models import Campaign, Delivery, Tally, WayOutcome
from channels.campaigns.replies import ends_it
from channels.campaigns.tests.conftest import launch
from channels.campaigns.tests.test_choosing import channels, make, no_night
from channels.campaigns.tests.test_sending import deliver
from channels.campaigns.tracking import Visit
from channels.consent import services as consent
from channels.consent.models import Consent, Purpose
from channels.inbox import hooks
from channels.inbox.hooks import Change, What
from channels.models import Channel
from channels.sandbox import provider_side
from channels.sandbox.models import SandboxMessage
from channels.sandbox.server import Sandbox
from customers.factories import customer
from customers.models import Customer
from customers.timeline.models import Entry

__all__ = ["channels", "make", "no_night"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("only_our_own_workers"),
]
State = Delivery.State


def somebody(number: int, *kinds: str, **fields: Any) -> Customer:
    """Reached by mail and telephone, and allowing these kinds."""
    made = customer(
        email=f"c{number}@example.com", phone=f"+861380013800{number}", name=f"Customer {number}", **fields
    )
    for kind in kinds:
        consent.grant(made, Purpose.MARKETING, kind, source="test")
    return made


def read(message: SandboxMessage) -> str:
    return provider_side.text_of(bytes(message.raw), message.protocol)


def rows_of(campaign: Campaign) -> dict[int, tuple[int, str]]:
    rows = Delivery.objects.filter(campaign=campaign).values_list("customer", "way", "state")
    return {pk: (way, state) for pk, way, state in rows}


def test_from_the_plan_to_the_provider_and_back(
    sandbox: Sandbox, make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    by_mail, by_text, late = somebody(1, "email", "sms"), somebody(2, "sms"), somebody(3, "whatsapp")
    nobody = somebody(4)
    Channel.objects.filter(kind="sms").update(cost="0.05")
    campaign = make("email", "sms", "whatsapp", template="spring")
    campaign.ways.filter(place=2).update(text="{{ name }}：周末有新豆，来坐坐 https://shop.test/new " * 2)
    deliver(launch(campaign))

    assert rows_of(campaign) == {
        by_mail.pk: (1, State.ACCEPTED),
        by_text.pk: (2, State.ACCEPTED),
        late.pk: (3, State.ACCEPTED),
        nobody.pk: (1, State.SKIPPED),
    }
    assert campaign.status == Campaign.Status.DONE
    text = read(SandboxMessage.objects.get(protocol="sms_http"))
    assert text.startswith("Customer 2：周末有新豆")
    assert "https://shop.test" not in text
    # Who did not write to us lately gets the template, with its blanks filled in.
    assert read(SandboxMessage.objects.get(protocol="whatsapp")) == f"spring {late.name}"
    told = dict(Entry.objects.filter(kind="campaign.sent").values_list("customer", "channel"))
    assert told == {by_mail.pk: "email", by_text.pk: "sms", late.pk: "whatsapp"}

    delivery = Delivery.objects.get(campaign=campaign, customer=by_text)
    assert (delivery.why, delivery.address) == ("no_consent", by_text.phone)
    token = text.partition("/m/c/")[2][:48]
    Delivery.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    assert tracking.clicked(token, Visit("Mozilla")) == "https://shop.test/new"
    assert Tally.objects.get(campaign=campaign, what="clicked").way == 2
    measuring.measure(campaign.pk)
    found = WayOutcome.objects.get(campaign=campaign, way=2)
    assert (found.sent, found.clicked, found.messages) == (1, 1, delivery.parts)
    assert delivery.parts > 1
    assert float(found.cost) == pytest.approx(0.05 * delivery.parts)


def test_a_withdrawal_after_planning_counts_on_every_channel(
    sandbox: Sandbox, make: Callable[..., Campaign]
) -> None:
    moved, gone, back = somebody(1, "email", "sms"), somebody(2, "sms"), somebody(3, "sms")
    campaign = launch(make("email", "sms"))
    consent.withdraw(moved, Purpose.MARKETING, "email", source="test")
    consent.withdraw(gone, Purpose.MARKETING, "sms", source="test")
    consent.grant(back, Purpose.MARKETING, "email", source="test")
    deliver(campaign)
    assert rows_of(campaign) == {
        moved.pk: (2, State.ACCEPTED),
        gone.pk: (2, State.SKIPPED),
        back.pk: (1, State.ACCEPTED),
    }
    assert SandboxMessage.objects.count() == 2
    assert dict(Delivery.objects.values_list("customer", "reason"))[gone.pk] == "no_consent"


def test_what_a_worker_lost_is_never_sent_on_another_channel(
    sandbox: Sandbox, make: Callable[..., Campaign]
) -> None:
    lost = somebody(1, "sms")
    campaign = launch(make("email", "sms"))
    (_mail, text) = mailings_of(campaign)
    assert claim(text, judge_for(text.campaign), 1, sending.LONG_AGO)
    consent.grant(lost, Purpose.MARKETING, "email", source="test")
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    finishing.reap()
    deliver(campaign)
    # No gateway for SMS recognises a key: nobody knows, and nobody tries again.
    assert rows_of(campaign) == {lost.pk: (2, State.UNKNOWN)}
    assert Tally.objects.get(campaign=campaign, what="unknown", count=1).way == 2
    assert not SandboxMessage.objects.exists()


def test_a_channel_that_is_off_holds_up_nobody_else(sandbox: Sandbox, make: Callable[..., Campaign]) -> None:
    by_mail, by_text = somebody(1, "email"), somebody(2, "sms")
    campaign = launch(make("email", "sms"))
    Channel.objects.filter(kind="email").update(enabled=False)
    deliver(campaign)
    assert rows_of(campaign) == {by_mail.pk: (1, State.READY), by_text.pk: (2, State.ACCEPTED)}
    assert finishing.next_step(campaign.pk) is None
    Channel.objects.update(enabled=True)
    assert finishing.next_step(campaign.pk) == finishing.Step.SEND
    deliver(campaign)
    assert campaign.status == Campaign.Status.DONE


def test_stop_ends_it_at_once(sandbox: Sandbox, make: Callable[..., Campaign]) -> None:
    one = somebody(1, "sms", "email")
    campaign = make("sms")
    deliver(launch(campaign))
    talk = factories.conversation(one, channel=ways.of(campaign)[0].channel)
    said = factories.message(talk, text=" td。", address=one.phone)
    hooks.tell(Change(talk, What.RECEIVED, said))
    allowed = Consent.objects.filter(customer=one, purpose="marketing", state="granted")
    assert list(allowed.values_list("channel", flat=True)) == ["email"]
    assert Delivery.objects.get(customer=one).unsubscribed_at
    assert not ends_it("Please stop by on Monday")
