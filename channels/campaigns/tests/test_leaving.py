"""What happens to a customer between planning and sending: leaving the segment, being joined with another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels.campaigns import leaving, services
from channels.campaigns.models import Campaign
from channels.campaigns.tests.conftest import Sink, draft, launch, people
from channels.campaigns.tests.test_sending import deliver, tally
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.merging import services as merging
from customers.models import Customer
from segments.factories import segment
from segments.models import Segment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def planned_long_ago(campaign: Campaign) -> None:
    launch(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=timezone.now() - 2 * leaving.EVERY)


def test_who_left_the_segment_or_entered_an_excluded_one_gets_nothing(
    sink: Sink, channel: Channel, marketer: User
) -> None:
    people(4, city="Shanghai")
    campaign = draft(channel, segment(created_by=marketer), marketer)
    firms = {"match": "all", "rules": [{"fact": "profile.kind", "op": "any_of", "value": ["organisation"]}]}
    campaign.excluded.add(segment(rule=firms, created_by=marketer))
    planned_long_ago(campaign)
    Customer.objects.filter(email="c0@example.com").update(city="Beijing")
    Customer.objects.filter(email="c1@example.com").update(kind="organisation")
    deliver(campaign)
    assert set(sink.counts) == {"c2@example.com", "c3@example.com"}
    assert tally(campaign) == {"planned": 4, "accepted": 2, "skipped left": 2}


def test_nobody_is_looked_over_twice_within_minutes(sink: Sink, channel: Channel, marketer: User) -> None:
    people(2, city="Shanghai")
    campaign = draft(channel, segment(created_by=marketer), marketer)
    launch(campaign)
    Customer.objects.update(city="Beijing")
    assert leaving.look_over(campaign) == 0
    Campaign.objects.update(planned_at=timezone.now() - timedelta(days=1))
    campaign.refresh_from_db()
    assert leaving.look_over(campaign) == 2
    Campaign.objects.update(looked_over_at=timezone.now())
    assert leaving.look_over(campaign) == 0


def test_a_segment_that_cannot_be_asked_any_more_stops_the_campaign(
    sink: Sink, campaign: Campaign, everybody: Segment
) -> None:
    people(1)
    planned_long_ago(campaign)
    Segment.objects.update(rule={"match": "all", "rules": [{"fact": "no.such", "op": "yes"}]})
    deliver(campaign)
    assert (campaign.status, bool(campaign.trouble), sink.counts.total()) == ("paused", True, 0)


def test_two_customers_that_turn_out_to_be_one_get_one_message(sink: Sink, campaign: Campaign) -> None:
    kept, absorbed = people(2)
    launch(campaign)
    merging.merge(kept, [absorbed], by=user(Role.OPERATIONS), insist=True)
    deliver(campaign)
    assert sink.counts.total() == 1
    told = campaign.deliveries.values_list("customer", "state", "reason")
    assert set(told) == {(kept.pk, "accepted", ""), (absorbed.pk, "skipped", "gone")}
    assert campaign.status == Campaign.Status.DONE


def test_one_who_got_it_gets_nothing_for_the_other(sink: Sink, campaign: Campaign) -> None:
    kept, absorbed = people(2)
    launch(campaign)
    campaign.deliveries.filter(customer=absorbed).update(due_at=timezone.now() + timedelta(hours=1))
    deliver(campaign)
    services.pause(campaign, by=campaign.created_by)
    merging.merge(kept, [absorbed], by=user(Role.OPERATIONS), insist=True)
    campaign.deliveries.filter(state="ready").update(due_at=timezone.now())
    services.resume(campaign, by=campaign.created_by)
    deliver(campaign)
    assert sink.counts == {"c0@example.com": 1}
