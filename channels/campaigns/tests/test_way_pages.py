"""The pages of a campaign's channels: chosen, looked at, counted and paid for."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels import factories
from channels.campaigns import costs
from channels.campaigns.models import Campaign, Delivery, Tally, Way
from channels.campaigns.templating import services as templating
from channels.campaigns.templating.tests import drawing
from channels.campaigns.tests.test_pages import draft, marketer, reader, written
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.policy import Role
from segments.models import Segment

pytestmark = pytest.mark.django_db

__all__ = ["marketer"]
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def sms() -> Channel:
    return factories.channel(
        connector="sms_http", kind="sms", name="Gateway", config={"sandbox": True}, cost=Decimal("0.05")
    )


def over_two(sms: Channel) -> Campaign:
    campaign = draft()
    Way.objects.create(campaign=campaign, place=1, channel=campaign.channel)
    Way.objects.create(campaign=campaign, place=2, channel=sms, text="好" * 80 + " {{ name }}")
    return campaign


def page(client: Client, name: str, *keys: object, query: str = "") -> str:
    response = client.get(reverse(f"campaigns:{name}", args=keys) + query, headers=ENGLISH)
    assert response.status_code == 200
    return str(response.content.decode())


def test_channels_are_written_with_their_texts(marketer: Client, sms: Channel) -> None:
    form = written() | {"way2-channel": sms.pk, "way2-text": ""}
    refused = marketer.post(reverse("campaigns:new"), form, headers=ENGLISH)
    assert refused.status_code == 422
    assert "This channel needs a text of its own." in refused.content.decode()
    marketer.post(reverse("campaigns:new"), form | {"way2-text": "Hi {{ name }}"})
    campaign = Campaign.objects.get()
    assert list(campaign.ways.values_list("place", "channel__kind", "text")) == [
        (1, "email", ""),
        (2, "sms", "Hi {{ name }}"),
    ]
    assert "Hi {{ name }}" in page(marketer, "edit", campaign.pk)
    assert "Hi " in page(marketer, "preview", campaign.pk, query=f"?way=2&customer={reader().pk}")


def test_a_template_may_say_what_goes_over_a_channel_of_its_kind(marketer: Client, sms: Channel) -> None:
    by = user(Role.MARKETING)
    kept = {
        kind: templating.keep(
            templating.create(kind, kind, drawing.design(drawing.block(1)), by=by), "", by=by
        )
        for kind in ("sms", "wechat")
    }
    form = written() | {"way2-channel": sms.pk, "way2-version": kept["wechat"].pk}
    refused = marketer.post(reverse("campaigns:new"), form, headers=ENGLISH)
    assert refused.status_code == 422
    assert "This template is for another channel." in refused.content.decode()
    marketer.post(reverse("campaigns:new"), form | {"way2-version": kept["sms"].pk})
    campaign = Campaign.objects.get()
    assert campaign.ways.get(place=2).version == kept["sms"]
    assert "sms · version 1" in page(marketer, "edit", campaign.pk)
    assert "Dear " in page(marketer, "preview", campaign.pk, query=f"?way=2&customer={reader().pk}")
    shown = marketer.get(reverse("templating:detail", args=[kept["sms"].template_id]))
    assert [one.name for one in shown.context["carriers"]] == [campaign.name]


def test_texts_alone_need_no_subject_and_mails_do(marketer: Client, sms: Channel) -> None:
    form = written() | {"subject": "", "body": "", "way1-text": "Hi"}
    assert marketer.post(reverse("campaigns:new"), form).status_code == 422
    assert marketer.post(reverse("campaigns:new"), form | {"channel": sms.pk}).status_code == 302
    assert Campaign.objects.get().channel == sms


@pytest.mark.parametrize("is_night", [False, True])
def test_the_preview_tells_of_each_channel_and_what_it_costs(
    marketer: Client, sms: Channel, settings: Any, is_night: bool
) -> None:
    hour = timezone.localtime().hour
    settings.QUIET_FROM, settings.QUIET_UNTIL = hour, (hour + 2) % 24
    settings.QUIET_CHANNELS = ["sms"] if is_night else []
    reader()
    by_text = reader(email="", phone="+8613800138001", name="Only Text")
    consent.grant(by_text, Purpose.MARKETING, "sms", source="test", by=None)
    campaign = over_two(sms)
    shown = page(marketer, "audience", campaign.pk)
    assert "Gateway" in shown
    assert "1 customers, 2 messages" in shown
    assert "0.10" in shown
    # Whom the mail does not reach, by name; over SMS they are reached.
    assert by_text.name in page(marketer, "left-out", campaign.pk, "no_address", query="?way=1")
    assert by_text.name not in page(marketer, "left-out", campaign.pk, "no_address")


def test_the_length_of_texts_takes_as_many_queries_for_many_readers(sms: Channel) -> None:
    def texted(number: int) -> None:
        one = reader(email="", phone=f"+86138001380{number:02}", name=f"Reader {number}")
        consent.grant(one, Purpose.MARKETING, "sms", source="test", by=None)

    campaign = over_two(sms)
    by, second = user(Role.MARKETING), campaign.ways.get(place=2)
    texted(1)
    costs._parts(campaign, second, by)  # what is kept of rules and channels is kept now
    with CaptureQueriesContext(connection) as first:
        assert costs._parts(campaign, second, by) == 2.0
    for number in range(2, 9):
        texted(number)
    with CaptureQueriesContext(connection) as many:
        assert costs._parts(campaign, second, by) == 2.0
    assert len(many) == len(first)


def test_a_text_is_counted_while_it_is_written(marketer: Client, sms: Channel) -> None:
    typed = {"channel": sms.pk, "purpose": "marketing", "way1-text": "Hello {{ name }}"}
    answer = marketer.post(reverse("campaigns:length", args=[1]), typed, headers=ENGLISH).content.decode()
    assert "1 SMS" in answer
    assert "GSM-7" in answer
    assert "STOP" in answer
    typed["way1-text"] = "{{ nothing }}"
    answer = marketer.post(reverse("campaigns:length", args=[1]), typed, headers=ENGLISH).content.decode()
    assert "There is no personal field" in answer


def test_a_providers_template_is_shown_beside_its_blanks(marketer: Client) -> None:
    config = {"sandbox": True, "phone_number_id": "12345", "templates": "spring|en|Hello {{1}}"}
    chat = factories.channel(connector="whatsapp", kind="whatsapp", config=config)
    place = reverse("campaigns:approved", args=[2])
    assert f'hx-post="{place}"' in page(marketer, "new")
    typed = {"way2-template": f"{chat.pk}:spring", "way2-blanks": "{{ name }}", "way1-blanks": "Mine"}
    answer = marketer.post(place, typed, headers=ENGLISH).content.decode()
    assert "Hello <mark" in answer
    assert "{{ name }}</mark>" in answer
    assert "Mine" not in answer


def test_each_delivery_says_over_which_channel_and_why(marketer: Client, sms: Channel) -> None:
    campaign = over_two(sms)
    Campaign.objects.filter(pk=campaign.pk).update(
        status="done", launched_at="2026-01-01T00:00Z", planned_at="2026-01-01T00:00Z"
    )
    one = reader(phone="+8613800138001")
    sent = {"state": "accepted", "way": 2, "why": "no_consent", "parts": 2, "address": one.phone}
    delivery = factories.delivery(campaign, one, **sent)
    Tally.objects.create(campaign=campaign, what="accepted", way=2, count=1)
    shown = page(marketer, "delivery", campaign.pk, delivery.pk)
    assert "Gateway" in shown
    assert "It stands in for the first: Has not allowed it." in shown
    assert "138••••8001" in shown
    assert one.name in page(marketer, "deliveries", campaign.pk, query="?way=2")
    assert one.name not in page(marketer, "deliveries", campaign.pk, query="?way=1")
    assert "Gateway" in page(marketer, "detail", campaign.pk)


def test_those_who_missed_it_become_a_segment(marketer: Client) -> None:
    campaign = draft(status="done", launched_at="2026-01-01T00:00Z")
    factories.delivery(campaign, reader(), state="skipped", reason="no_consent")
    answer = marketer.post(reverse("campaigns:missed", args=[campaign.pk]))
    made = Segment.objects.latest("pk")
    assert answer["Location"] == reverse("segments:detail", args=[made.pk])
    assert Delivery.objects.get().customer_id in made.picks.values_list("customer", flat=True)
