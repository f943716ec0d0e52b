"""Deliveries whose first try may have arrived, and workers that come back from the dead."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from channels import factories
from channels import services as channels
from channels.campaigns import finishing, sending, services
from channels.campaigns.claiming import Batch, claim, judge_for
from channels.campaigns.message import Mailing
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.tests.conftest import Sink, launch, people
from channels.campaigns.tests.test_sending import deliver, tally
from channels.connectors.base import Idempotency, Rejected, Retry
from channels.consent import services as consent
from channels.consent.models import Purpose
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def keyed(campaign: Campaign) -> Campaign:
    """A campaign whose provider honours our keys."""
    campaign.channel = factories.channel(connector="sandbox_http")
    campaign.save()
    return campaign


def take(campaign: Campaign, number: int = 20) -> Batch:
    batch = claim(Mailing(campaign), judge_for(campaign), number, sending.LONG_AGO)
    assert batch
    return batch


def die(campaign: Campaign) -> None:
    """Whoever took a batch never comes back, and the sweep notices."""
    Delivery.objects.filter(state="dispatching").update(lease_until=timezone.now() - timedelta(seconds=1))
    Campaign.objects.update(lease_until=None)
    finishing.sweep()


def doubted(campaign: Campaign) -> Customer:
    """Somebody whose first try may have arrived, and who waits for the second."""
    (one,) = people(1)
    launch(campaign)
    take(campaign)
    die(campaign)
    assert Delivery.objects.get().state == "ready"
    return one


def test_a_withdrawal_after_the_first_try_does_not_say_that_nothing_was_sent(keyed: Campaign) -> None:
    one = doubted(keyed)
    consent.withdraw(one, Purpose.MARKETING, "email", source="test")
    assert take(keyed).parcels == []
    assert tally(keyed) == {"planned": 1, "unknown no_consent": 1}


def test_nor_does_the_end_of_the_campaign(keyed: Campaign) -> None:
    doubted(keyed)
    services.cancel(keyed, by=keyed.created_by)
    finishing.close(keyed.pk)
    assert tally(keyed) == {"planned": 1, "unknown cancelled": 1}


def test_nor_does_a_no_to_the_second_try(keyed: Campaign) -> None:
    doubted(keyed)
    (again,) = take(keyed).parcels
    caps = channels.connector_of(keyed.channel).caps
    assert caps.idempotency is Idempotency.KEY
    no, busy = Rejected("422", permanent=False), Retry(1, "busy")
    assert sending.result_of(again, no, caps).state == "unknown"
    first = replace(again, delivery=replace(again.delivery, sent_at=None))
    assert sending.result_of(first, no, caps).state == "failed"
    assert [sending.result_of(one, busy, caps).unsent for one in (first, again)] == [True, False]
    tired = replace(again, delivery=replace(again.delivery, attempts=sending.MOST_ATTEMPTS))
    assert sending.result_of(tired, busy, caps).state == "unknown"


def test_a_key_is_not_repeated_in_its_last_minutes(keyed: Campaign) -> None:
    doubted(keyed)
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=23, minutes=55))
    assert take(keyed).parcels == []
    assert Delivery.objects.get().state == "unknown"


def test_who_was_stopped_with_a_batch_in_hand_sends_none_of_it(sink: Sink, campaign: Campaign) -> None:
    people(3)
    launch(campaign)
    batch = take(campaign, 2)
    die(campaign)
    deliver(campaign)
    assert campaign.status == Campaign.Status.DONE
    awake = replace(batch, recorded_at=batch.recorded_at - 2 * sending.STALE)
    with channels.open_session(campaign.channel) as session:
        line = sending.Line(Mailing(campaign), session)
        line._settle(awake, line._hand_over(awake))
    assert sink.counts.total() == 1
    Campaign.objects.update(lease_until=None)
    assert finishing.sweep() == [(finishing.Step.SEND, campaign.pk)]
    deliver(campaign)
    assert campaign.status == Campaign.Status.DONE
    assert sink.counts == {f"c{index}@example.com": 1 for index in range(3)}
    assert tally(campaign) == {"planned": 3, "accepted": 3}
