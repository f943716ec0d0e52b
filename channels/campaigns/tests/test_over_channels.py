"""A campaign over several channels, from its plan to the provider and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels import factories
from channels.campaigns import audience, finishing, leaving, measuring, sending, services, tracking, ways
from channels.campaigns.carrying import mailings_of
from channels.campaigns.claiming import claim, judge_for
from channels.campaigns.models import Campaign, Delivery, Tally, WayOutcome
from channels.campaigns.replies import ends_it
from channels.campaigns.templating import design
from channels.campaigns.templating import services as templating
from channels.campaigns.templating.models import Version
from channels.campaigns.templating.tests import drawing
from channels.campaigns.tests.conftest import EVERYBODY, launch
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
from crm.accounts.factories import user
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer
from customers.models import Customer
from customers.timeline.models import Entry
from segments.factories import segment
from segments.models import Segment

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


def kept_template(kind: str, drawn: design.Design) -> Version:
    by = user(Role.MARKETING)
    return templating.keep(templating.create(f"Text by {kind}", kind, drawn, by=by), "", by=by)


def test_a_short_text_may_be_a_templates(
    sandbox: Sandbox, make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    inside = segment(
        rule={"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": ["上海"]}]}
    )
    to_members = {"subject": "segment", "op": "is", "value": str(inside.pk)}
    drawn = drawing.design(
        drawing.block(1, text="{{ name }}，新豆到了 https://shop.test/new"),
        drawing.block(2, text="周六在 {{ city }} 见", when=to_members),
        en=[drawing.block(3, text="{{ name }}: new beans https://shop.test/new")],
    )
    here = somebody(1, "sms", city="上海", language="zh-hans")
    there = somebody(2, "sms", language="zh-hans")
    reader = somebody(3, "sms", language="en")
    campaign = make("sms")
    campaign.ways.update(text="", version=kept_template("sms", drawn))
    deliver(launch(campaign))
    assert set(rows_of(campaign).values()) == {(1, State.ACCEPTED)}
    told = {one.recipient: read(one) for one in SandboxMessage.objects.all()}
    assert "周六在 上海 见" in told[here.phone]
    assert "新豆到了" in told[there.phone]
    assert "周六" not in told[there.phone]
    assert told[reader.phone].startswith(f"{reader.name}: new beans")
    token = told[there.phone].partition("/m/c/")[2][:48]
    Delivery.objects.update(sent_at=timezone.now() - timedelta(minutes=5))
    assert tracking.clicked(token, Visit("Mozilla")) == "https://shop.test/new"


def test_nobody_gets_a_text_of_which_nothing_is_left(
    sandbox: Sandbox, make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    only = {"subject": "city", "op": "is", "value": "上海"}
    drawn = drawing.design(drawing.block(1, text="In {{ city }}", when=only))
    here, there = somebody(1, "sms", city="上海"), somebody(2, "sms")
    campaign = make("sms")
    campaign.ways.update(text="", version=kept_template("sms", drawn))
    deliver(launch(campaign))
    assert rows_of(campaign) == {here.pk: (1, State.ACCEPTED), there.pk: (1, State.SKIPPED)}
    assert Delivery.objects.get(customer=there).reason == "empty"


def test_short_texts_wait_for_approval_like_mails(
    make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    templating.demand_approval(True, by=user(Role.OPERATIONS))
    campaign = make("sms")
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)
    version = kept_template("sms", drawing.design(drawing.block(1)))
    campaign.ways.update(text="", version=version)
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)
    Version.objects.update(state="approved", decided_by=user(Role.MANAGER), decided_at=timezone.now())
    services.launch(campaign, by=campaign.created_by)


def test_a_broken_rule_in_a_template_stops_the_campaign(
    sandbox: Sandbox, make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    asked = segment(rule=EVERYBODY)
    when = {"subject": "segment", "op": "is", "value": str(asked.pk)}
    somebody(1, "sms")
    campaign = make("sms")
    drawn = drawing.design(drawing.block(1, when=when), drawing.block(2))
    campaign.ways.update(text="", version=kept_template("sms", drawn))
    launch(campaign)
    Segment.objects.filter(pk=asked.pk).update(
        rule={"match": "all", "rules": [{"fact": "no.such", "op": "yes"}]}
    )
    deliver(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, bool(campaign.trouble)) == ("paused", True)
    assert not SandboxMessage.objects.exists()


def test_who_is_looked_over_is_counted_on_the_channel_they_waited_for(
    make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    by_mail, by_text = somebody(1, "email", city="上海"), somebody(2, "sms", city="上海")
    campaign = make("email", "sms")
    rule = {"match": "all", "rules": [{"fact": "profile.city", "op": "any_of", "value": ["上海"]}]}
    Segment.objects.filter(pk=campaign.segment_id).update(rule=rule)
    campaign = launch(Campaign.objects.get(pk=campaign.pk))
    Campaign.objects.update(planned_at=timezone.now() - timedelta(days=1))
    Customer.objects.filter(pk__in=[by_mail.pk, by_text.pk]).update(city="北京")
    assert leaving.look_over(Campaign.objects.get(pk=campaign.pk)) == 2
    counted = Tally.objects.filter(campaign=campaign, reason="left").values_list("way", "count")
    assert sorted(counted) == [(1, 1), (2, 1)]


def test_an_audience_that_can_have_nobody_is_counted_as_nobody(
    make: Callable[..., Campaign], channels: dict[str, Channel]
) -> None:
    campaign = make("email", "sms")
    nobody = user()
    assert audience.reach(campaign, by=nobody).reachable == 0
    assert not audience.some(campaign, "", 5, by=nobody)
