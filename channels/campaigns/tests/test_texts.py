"""How long a short text is, how slowly one may start, how often somebody is written to."""

from typing import Any

import pytest
from django.utils import timezone

from channels import factories, sms
from channels.campaigns import missed, pacing, texts
from channels.campaigns.models import Campaign, Delivery, Way
from channels.campaigns.placeholders import Person
from channels.campaigns.tests.conftest import launch, people
from channels.consent import gate
from channels.consent.models import Purpose
from channels.direct import sending as direct
from channels.direct.models import DirectMessage
from channels.models import Channel
from channels.sandbox.server import Sandbox
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers.models import Customer
from segments import services as segments


@pytest.mark.parametrize(
    ("text", "is_gsm", "units", "parts"),
    [
        ("", True, 0, 1),
        ("a" * 160, True, 160, 1),
        ("a" * 161, True, 161, 2),
        ("a" * 306, True, 306, 2),
        ("€" * 80, True, 160, 1),
        ("[" * 81, True, 162, 2),
        ("好" * 70, False, 70, 1),
        ("好" * 71, False, 71, 2),
        ("好" * 134, False, 134, 2),
        ("好" * 135, False, 135, 3),
        ("a" * 69 + "ç", False, 70, 1),
        ("😀" * 35, False, 70, 1),
        ("😀" * 36, False, 72, 2),
    ],
)
def test_texts_are_counted_as_operators_do(text: str, is_gsm: bool, units: int, parts: int) -> None:
    assert sms.length(text) == sms.Length(is_gsm, units, parts)


@pytest.mark.django_db
def test_a_slow_start_lets_a_tenth_go_first(campaign: Campaign) -> None:
    people(200)
    Campaign.objects.filter(pk=campaign.pk).update(first_hour=10)
    campaign.refresh_from_db()
    launch(campaign)
    now = timezone.now()
    moments = Delivery.objects.values_list("due_at", flat=True)
    hours = [round((due - now).total_seconds() / 3600) for due in moments]
    assert 3 <= hours.count(0) <= 45
    assert hours.count(0) + hours.count(1) < hours.count(2)
    assert max(hours) == 3


@pytest.mark.django_db
def test_campaigns_and_single_messages_share_the_cap(
    campaign: Campaign, marketer: User, settings: Any
) -> None:
    settings.CONTACT_CAP = 2
    one, two = people(2)
    for customer in (one, two):
        sent = {"state": "accepted", "sent_at": timezone.now()}
        factories.delivery(campaign, customer, **sent)
    DirectMessage.objects.create(
        customer=one, channel=campaign.channel, purpose="marketing", body="x", by=marketer, **sent
    )
    question = gate.Question("email", Purpose.MARKETING, timezone.now())
    assert gate.verdict_on(one, question) == gate.Reason.OVER_CONTACTED
    assert gate.verdict_on(two, question) == ""


@pytest.mark.django_db
def test_a_reply_goes_ahead_and_the_campaign_pays(
    sandbox: Sandbox, campaign: Campaign, marketer: User
) -> None:
    channel = factories.channel(connector="sandbox_http", per_second=2)
    Channel.objects.filter(pk=channel.pk).update(tokens=-10, refilled_at=timezone.now())
    assert pacing.take(channel, 5) == 0
    reply = DirectMessage.objects.create(
        customer=people(1)[0], channel=channel, purpose="service", body="Here you are", by=marketer
    )
    direct.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "accepted"
    channel.refresh_from_db()
    assert channel.tokens < -10


@pytest.mark.django_db
def test_whoever_did_not_get_it_becomes_a_segment(campaign: Campaign, marketer: User) -> None:
    without = [one for one in people(5) if one.email < "c3"]
    Customer.objects.filter(pk__in=[one.pk for one in without]).update(email="")
    launch(campaign)
    made = missed.collect(missed.missed(campaign), campaign, by=marketer)
    assert {one.pk for one in segments.members(made)} == {one.pk for one in without}
    again = missed.collect(missed.missed(campaign), campaign, by=marketer)
    assert again.name != made.name
    with pytest.raises(Refused):
        missed.collect(missed.missed(campaign).filter(state="failed"), campaign, by=marketer)


@pytest.mark.django_db
def test_empty_lines_between_the_blanks_of_a_template_are_none_of_them() -> None:
    config = {"phone_number_id": "12345", "templates": "spring|en|{{1}}, see {{2}}"}
    channel = factories.channel(connector="whatsapp", kind="whatsapp", config=config)
    way = Way(channel=channel, template="spring", blanks="{{ name }}\n\nour shop\n")
    said = texts.template_message(way)
    assert said
    assert said.draft(Person("Emma")).text == "Emma, see our shop"
