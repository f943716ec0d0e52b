"""Campaigns that start at an hour and end at another."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from channels.campaigns import finishing, services
from channels.campaigns.finishing import Step
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.sending import deliver
from channels.campaigns.tests.conftest import Sink, launch, people
from crm.lib.errors import Refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SOON, LATER = timedelta(hours=1), timedelta(hours=2)


def timed(campaign: Campaign, **moments: object) -> Campaign:
    Campaign.objects.filter(pk=campaign.pk).update(**moments)
    campaign.refresh_from_db()
    return campaign


def scheduled(campaign: Campaign, **moments: object) -> Campaign:
    campaign = timed(campaign, starts_at=timezone.now() + SOON, **moments)
    services.launch(campaign, by=campaign.created_by)
    campaign.refresh_from_db()
    return campaign


def test_a_scheduled_campaign_waits_for_its_hour_and_then_goes(sink: Sink, campaign: Campaign) -> None:
    people(2)
    campaign = scheduled(campaign)
    assert campaign.status == Campaign.Status.SCHEDULED
    assert finishing.next_step(campaign.pk) is None
    assert not finishing.start(campaign.pk)
    timed(campaign, starts_at=timezone.now() - timedelta(seconds=1))
    assert finishing.sweep() == [(Step.START, campaign.pk)]
    assert finishing.start(campaign.pk)
    assert not finishing.start(campaign.pk)
    from channels.campaigns import planning

    planning.materialise(campaign.pk)
    deliver(campaign.pk, connections=1)
    assert len(sink.mails) == 2


def test_it_can_become_a_draft_again_and_nothing_else_can(campaign: Campaign) -> None:
    campaign = scheduled(campaign)
    services.withdraw(campaign, by=campaign.created_by)
    campaign.refresh_from_db()
    assert campaign.is_draft
    with pytest.raises(Refused):
        services.withdraw(campaign, by=campaign.created_by)


def test_what_missed_its_last_moment_never_begins(sink: Sink, campaign: Campaign) -> None:
    people(2)
    campaign = scheduled(campaign, expires_at=timezone.now() + LATER)
    past = timezone.now() - SOON
    campaign = timed(campaign, starts_at=past, expires_at=past + timedelta(minutes=1))
    assert not finishing.start(campaign.pk)
    assert finishing.next_step(campaign.pk) is Step.CLOSE
    finishing.close(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.status, bool(campaign.trouble)) == (Campaign.Status.CANCELLED, True)
    assert not sink.mails


def test_who_has_not_got_it_by_then_gets_nothing(sink: Sink, campaign: Campaign) -> None:
    people(5)
    campaign = launch(campaign)
    sent = len(sink.mails)
    Delivery.objects.filter(campaign=campaign).update(state="ready", sent_at=None)
    timed(campaign, status=Campaign.Status.RUNNING, expires_at=timezone.now() - timedelta(seconds=1))
    assert not deliver(campaign.pk, connections=1)
    assert len(sink.mails) == sent
    assert finishing.next_step(campaign.pk) is Step.CLOSE
    finishing.close(campaign.pk)
    states = Delivery.objects.filter(campaign=campaign).values_list("state", "reason")
    assert set(states) == {("skipped", "expired")}
    assert finishing.finish(campaign.pk)


def test_nothing_is_launched_or_resumed_after_its_last_moment(campaign: Campaign) -> None:
    timed(campaign, expires_at=timezone.now() - SOON)
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)
    timed(campaign, status=Campaign.Status.PAUSED, launched_at=timezone.now())
    with pytest.raises(Refused):
        services.resume(campaign, by=campaign.created_by)


def test_the_end_comes_after_the_start(campaign: Campaign) -> None:
    with pytest.raises(IntegrityError):
        timed(campaign, starts_at=timezone.now() + LATER, expires_at=timezone.now() + SOON)
