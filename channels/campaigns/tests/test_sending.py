"""From launch to the customer's mailbox, and who is left out on the way."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.utils import timezone

from channels.campaigns import finishing, pacing, planning, sending, services
from channels.campaigns.models import Campaign, Delivery, Tally
from channels.campaigns.tests.conftest import Sink, body_of, draft, launch, people
from channels.consent import services as consent
from channels.consent import suppression
from channels.consent.models import Purpose, Suppression
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer
from customers.timeline.models import Entry
from segments.models import Segment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def tally(campaign: Campaign) -> dict[str, int]:
    rows = Tally.objects.filter(campaign=campaign).exclude(count=0).values_list("what", "reason", "count")
    return {f"{what} {reason}".strip(): count for what, reason, count in rows}


def states(campaign: Campaign) -> dict[str, str]:
    rows = campaign.deliveries.values_list("customer__email", "state", "reason")
    return {email: f"{state} {reason}".strip() for email, state, reason in rows}


def deliver(campaign: Campaign) -> None:
    while sending.deliver(campaign.pk, seconds=20):
        pass
    finishing.finish(campaign.pk)
    campaign.refresh_from_db()


def test_everybody_gets_it_once(sink: Sink, campaign: Campaign) -> None:
    people(45)
    deliver(launch(campaign))
    assert sink.counts == {f"c{index}@example.com": 1 for index in range(45)}
    assert campaign.status == Campaign.Status.DONE
    assert tally(campaign) == {"planned": 45, "accepted": 45}


def test_the_message_is_personal(sink: Sink, campaign: Campaign) -> None:
    campaign.subject, campaign.body = (
        "News for {{ salutation }}",
        "Dear {{ name }}\n\n你好 https://shop.test/a?b=1&c=2",
    )
    campaign.save()
    people(1, name="李小龙", gender="male", language="zh-hans")
    deliver(launch(campaign))
    mail = sink.mail("c0@example.com")
    assert mail["Subject"] == "News for 李先生"
    text = body_of(mail, "plain")
    assert "Dear 李小龙" in text
    assert "{{" not in mail.as_string()
    assert "https://shop.test" not in text
    assert "/m/c/" in text
    assert "/m/o/" in body_of(mail, "html")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_sending_shows_on_the_timeline(sink: Sink, campaign: Campaign) -> None:
    (one,) = people(1)
    deliver(launch(campaign))
    entry = Entry.objects.get(kind="campaign.sent")
    assert (entry.customer, entry.channel, entry.direction, entry.summary) == (one, "email", "out", "News")


def test_sending_to_many_leaves_the_lists_of_colleagues_as_they_were(sink: Sink, campaign: Campaign) -> None:
    (one,) = people(1)
    long_ago = timezone.now() - timedelta(days=90)
    Customer.objects.update(touched_at=long_ago)
    deliver(launch(campaign))
    one.refresh_from_db()
    assert Entry.objects.filter(kind="campaign.sent", customer=one).exists()
    assert one.touched_at == long_ago


def test_who_is_left_out_is_written_down_with_the_reason(sink: Sink, campaign: Campaign) -> None:
    ok, gone, refused, blocked, twin = people(5)
    gone.email = ""
    twin.email = "C0@example.com"
    gone.save()
    twin.save()
    consent.withdraw(refused, Purpose.MARKETING, "email", source="test")
    suppression.suppress("email", blocked.email, "bounce")
    deliver(launch(campaign))
    assert sink.counts == {ok.email: 1}
    assert states(campaign) == {
        ok.email: "accepted",
        "": "skipped no_address",
        refused.email: "skipped no_consent",
        blocked.email: "skipped suppressed",
        twin.email: "skipped same_address",
    }
    assert tally(campaign) == {
        "planned": 5,
        "accepted": 1,
        "skipped no_address": 1,
        "skipped no_consent": 1,
        "skipped suppressed": 1,
        "skipped same_address": 1,
    }


def test_a_withdrawal_after_planning_counts(sink: Sink, campaign: Campaign) -> None:
    one, two = people(2)
    launch(campaign)
    consent.withdraw(one, Purpose.MARKETING, "email", source="test")
    deliver(campaign)
    assert sink.counts == {two.email: 1}
    assert states(campaign)[one.email] == "skipped no_consent"


def test_suppression_and_deletion_after_planning_count(sink: Sink, campaign: Campaign) -> None:
    one, two = people(2)
    launch(campaign)
    suppression.suppress("email", one.email, Suppression.Reason.COMPLAINT)
    two.deleted_at = timezone.now()
    two.save()
    deliver(campaign)
    assert sink.counts == {}
    assert tally(campaign) == {"planned": 2, "skipped suppressed": 1, "skipped gone": 1}


def test_a_withdrawal_while_a_slow_server_takes_a_batch_counts(
    sink: Sink, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(3)
    launch(campaign)
    monkeypatch.setattr(sending, "GOOD_FOR", 0.0)
    stop = Event()
    sink.before = stop.set
    # One message goes; the rest of the batch is given back, to be asked again.
    sending.deliver(campaign.pk, stop=stop)
    assert sorted(campaign.deliveries.values_list("state", "attempts")) == [
        ("accepted", 1),
        ("ready", 0),
        ("ready", 0),
    ]
    (first,) = sink.counts
    for one in Customer.objects.exclude(email=first):
        consent.withdraw(one, Purpose.MARKETING, "email", source="test")
    deliver(campaign)
    assert sink.counts == {first: 1}


def test_a_missing_field_without_words_leaves_the_customer_out(sink: Sink, campaign: Campaign) -> None:
    campaign.body = "News for {{ company }} in {{ city|your town }}"
    campaign.save()
    one, two = people(2)
    one.company = "Acme"
    one.save()
    deliver(launch(campaign))
    assert sink.counts == {one.email: 1}
    assert "in your town" in body_of(sink.mail(one.email), "plain")
    assert states(campaign)[two.email] == "skipped missing: company"


def test_the_cap_counts_over_campaigns(
    sink: Sink, channel: Channel, everybody: Segment, marketer: User, settings: Any
) -> None:
    settings.CONTACT_CAP = 2
    (one,) = people(1)
    for _ in range(3):
        campaign = draft(channel, everybody, marketer)
        deliver(launch(campaign))
    assert sink.counts == {one.email: 2}
    assert states(campaign) == {one.email: "skipped over_contacted"}


def test_what_waits_for_the_morning_is_moved_not_dropped(
    sink: Sink, campaign: Campaign, settings: Any
) -> None:
    settings.QUIET_CHANNELS = ["email"]
    hour = timezone.localtime().hour
    settings.QUIET_FROM, settings.QUIET_UNTIL = hour, (hour + 2) % 24
    people(1)
    deliver(launch(campaign))
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason, sink.counts) == ("ready", "quiet", {})
    assert timezone.now() < delivery.due_at < timezone.now() + timedelta(hours=3)
    assert campaign.status == Campaign.Status.RUNNING
    settings.QUIET_CHANNELS = []
    Delivery.objects.update(due_at=timezone.now())
    deliver(campaign)
    assert sink.counts == {"c0@example.com": 1}


def test_a_dead_address_fails_and_is_not_written_to_again(sink: Sink, campaign: Campaign) -> None:
    people(2)
    sink.answers["c0@example.com"] = "550 5.1.1 No such user"
    deliver(launch(campaign))
    assert states(campaign)["c0@example.com"].startswith("failed recipient: 550")
    assert tally(campaign) == {"planned": 2, "accepted": 1, "failed recipient": 1}
    assert Suppression.objects.get().reason == Suppression.Reason.BOUNCE


def test_a_busy_server_is_asked_again_later(sink: Sink, campaign: Campaign) -> None:
    people(1)
    sink.answers["c0@example.com"] = "450 4.2.0 Greylisted"
    deliver(launch(campaign))
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.sent_at) == ("ready", 1, None)
    assert delivery.due_at > timezone.now() + timedelta(seconds=20)
    assert campaign.status == Campaign.Status.RUNNING
    sink.answers.clear()
    Delivery.objects.update(due_at=timezone.now())
    deliver(campaign)
    assert sink.counts == {"c0@example.com": 1}
    assert tally(campaign) == {"planned": 1, "accepted": 1}


def test_nobody_is_tried_for_ever(sink: Sink, campaign: Campaign) -> None:
    people(1)
    sink.answers["c0@example.com"] = "450 4.2.0 Greylisted"
    launch(campaign)
    for _ in range(sending.MOST_ATTEMPTS):
        Delivery.objects.update(due_at=timezone.now())
        deliver(campaign)
    assert states(campaign)["c0@example.com"].startswith("failed gave_up: busy")
    assert campaign.status == Campaign.Status.DONE


def test_a_channel_that_is_down_costs_nobody_a_try(campaign: Campaign, channel: Channel) -> None:
    people(50)
    Channel.objects.filter(pk=channel.pk).update(config={**channel.config, "port": 1})
    launch(campaign)
    assert sending.deliver(campaign.pk, seconds=20) is False
    assert set(campaign.deliveries.values_list("state", "attempts", "sent_at")) == {("ready", 0, None)}
    assert finishing.sweep() == []  # it rests a while
    channel.refresh_from_db()
    assert channel.last_error


def test_a_channel_that_was_switched_off_sends_nothing(
    sink: Sink, campaign: Campaign, channel: Channel
) -> None:
    people(1)
    launch(campaign)
    Channel.objects.filter(pk=channel.pk).update(enabled=False)
    deliver(campaign)
    assert sink.counts == {}
    assert finishing.next_step(campaign.pk) is None


def test_a_channel_keeps_its_speed(sink: Sink, campaign: Campaign, channel: Channel) -> None:
    people(12)
    Channel.objects.filter(pk=channel.pk).update(per_second=5, tokens=0, refilled_at=timezone.now())
    launch(campaign)
    start = timezone.now()
    deliver(campaign)
    seconds = (timezone.now() - start).total_seconds()
    assert sink.counts.total() == 12
    assert 2.0 < seconds < 4.0


def test_asking_often_for_a_place_loses_none(channel: Channel) -> None:
    start = timezone.now()
    Channel.objects.filter(pk=channel.pk).update(per_second=100, tokens=0, refilled_at=start)
    channel.refresh_from_db()
    taken = sum(pacing.take(channel, 1) for _ in range(300))
    channel.refresh_from_db()
    told = 100 * (channel.refilled_at - start).total_seconds()
    assert taken + channel.tokens == pytest.approx(min(told, 100 + taken), abs=0.01)


def test_planning_twice_adds_nothing(campaign: Campaign) -> None:
    people(3)
    launch(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(status="planning", cursor=0)
    planning.materialise(campaign.pk)
    assert campaign.deliveries.count() == 3
    assert tally(campaign)["planned"] == 3


def test_planning_goes_on_where_it_stopped(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "CHUNK", 4)
    people(10)
    services.launch(campaign, by=campaign.created_by)
    assert planning._plan_chunk(campaign.pk)
    assert campaign.deliveries.count() == 4
    planning.materialise(campaign.pk)
    assert campaign.deliveries.count() == 10
    assert tally(campaign)["planned"] == 10


def test_a_broken_rule_stops_the_campaign_with_a_sentence(campaign: Campaign, everybody: Segment) -> None:
    services.launch(campaign, by=campaign.created_by)
    Segment.objects.filter(pk=everybody.pk).update(rule={"match": "all", "rules": []})
    planning.materialise(campaign.pk)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert campaign.trouble


def test_a_campaign_of_somebody_who_left_is_stopped(campaign: Campaign) -> None:
    people(2)
    services.launch(campaign, by=campaign.created_by)
    User.objects.filter(pk=campaign.created_by_id).update(is_active=False)
    planning.materialise(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.deliveries.count(), campaign.status) == (0, Campaign.Status.PAUSED)
    assert campaign.trouble


def test_the_query_count_does_not_grow_with_the_batch(
    sink: Sink, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    people(20)
    launch(campaign)
    with django_assert_max_num_queries(30):
        deliver(campaign)
