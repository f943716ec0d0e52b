"""Launch, pause, resume, cancel: who may when, and that a stop is a stop."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.campaigns import finishing, sending, services
from channels.campaigns.models import Campaign
from channels.campaigns.tests.conftest import Sink, launch, people
from channels.campaigns.tests.test_sending import deliver, states, tally
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Status = Campaign.Status


def after(sink: Sink, number: int, act: Callable[[], object]) -> None:
    """Does something when so many messages have arrived."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            act()

    sink.before = count


def test_a_campaign_is_launched_once(campaign: Campaign) -> None:
    services.launch(campaign, by=campaign.created_by)
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)
    assert AuditEntry.objects.filter(action="campaign.launched").count() == 1


def test_a_switched_off_channel_is_said_before_the_launch(campaign: Campaign) -> None:
    campaign.channel.enabled = False
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)


def test_a_sender_that_is_no_address_is_said_before_the_launch(campaign: Campaign) -> None:
    campaign.channel.config = {"from_address": "nobody"}
    with pytest.raises(Refused):
        services.launch(campaign, by=campaign.created_by)


def test_links_are_frozen_at_launch(campaign: Campaign) -> None:
    campaign.body = "A https://a.test/ and [B](https://b.test/x) and again https://a.test/"
    campaign.save()
    services.launch(campaign, by=campaign.created_by)
    assert list(campaign.links.values_list("number", "url")) == [
        (1, "https://a.test/"),
        (2, "https://b.test/x"),
    ]


def test_nothing_goes_out_while_it_is_paused(sink: Sink, campaign: Campaign) -> None:
    people(3)
    launch(campaign)
    services.pause(campaign, by=campaign.created_by)
    deliver(campaign)
    assert (sink.counts, campaign.status) == ({}, Status.PAUSED)
    services.resume(campaign, by=campaign.created_by)
    deliver(campaign)
    assert sink.counts.total() == 3


def test_a_pause_while_planning_goes_on_planning(sink: Sink, campaign: Campaign) -> None:
    people(3)
    services.launch(campaign, by=campaign.created_by)
    services.pause(campaign, by=campaign.created_by)
    services.resume(campaign, by=campaign.created_by)
    campaign.refresh_from_db()
    assert campaign.status == Status.MATERIALISING


def test_resuming_never_repeats(sink: Sink, campaign: Campaign) -> None:
    people(30)
    launch(campaign)
    stop = Event()
    after(sink, 5, stop.set)
    sending.deliver(campaign.pk, stop=stop)
    services.pause(campaign, by=campaign.created_by)
    sink.before = lambda: None
    services.resume(campaign, by=campaign.created_by)
    deliver(campaign)
    assert sink.counts == {f"c{index}@example.com": 1 for index in range(30)}


def test_whoever_waits_when_it_is_cancelled_gets_nothing_and_a_reason(sink: Sink, campaign: Campaign) -> None:
    people(3)
    launch(campaign)
    services.cancel(campaign, by=campaign.created_by)
    assert finishing.next_step(campaign.pk) is finishing.Step.CLOSE
    finishing.close(campaign.pk)
    assert set(states(campaign).values()) == {"skipped cancelled"}
    assert tally(campaign) == {"planned": 3, "skipped cancelled": 3}
    assert finishing.next_step(campaign.pk) is None
    deliver(campaign)
    assert (sink.counts, campaign.status) == ({}, Status.CANCELLED)


def test_what_has_ended_neither_starts_nor_stops(campaign: Campaign) -> None:
    launch(campaign)
    services.cancel(campaign, by=campaign.created_by)
    for act in (services.launch, services.pause, services.resume, services.cancel):
        with pytest.raises(Refused):
            act(campaign, by=campaign.created_by)


def test_an_empty_campaign_is_done_at_once(campaign: Campaign) -> None:
    launch(campaign)
    deliver(campaign)
    assert campaign.status == Status.DONE


class TestAnyOrder:
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        acts=st.lists(
            st.tuples(st.integers(1, 4), st.sampled_from(["pause", "resume", "cancel", "sweep", "send"])),
            max_size=8,
        )
    )
    def test_stops_and_starts_in_any_order_send_each_message_at_most_once(
        self, sink: Sink, make_campaign: Any, acts: list[tuple[int, str]]
    ) -> None:
        campaign, addresses = make_campaign(12)
        sink.mails.clear()
        launch(campaign)
        for number, act in acts:
            _act(act, number, campaign, sink)
            campaign.refresh_from_db()
        if campaign.status == Status.PAUSED:
            services.resume(campaign, by=campaign.created_by)
        deliver(campaign)
        if campaign.status == Status.CANCELLED:
            finishing.close(campaign.pk)
        assert set(sink.counts.values()) <= {1}
        sent = set(campaign.deliveries.filter(state="accepted").values_list("customer__email", flat=True))
        assert sent == set(sink.counts)
        assert not campaign.deliveries.filter(state__in=["ready", "dispatching", "unknown"]).exists()
        if campaign.status == Status.DONE:
            assert sent == addresses
        assert sum(count for what, count in tally(campaign).items() if what != "planned") == 12


def _act(act: str, number: int, campaign: Campaign, sink: Sink) -> None:
    """One thing somebody does; what is refused is refused."""
    if act == "sweep":
        finishing.sweep()
    elif act == "send":
        before, stop = len(sink.mails), Event()
        after(sink, number, stop.set)
        was = Campaign.objects.get(pk=campaign.pk).status
        sending.deliver(campaign.pk, stop=stop)
        assert was == Status.RUNNING or len(sink.mails) == before
        sink.before = lambda: None
    else:
        try:
            getattr(services, act)(campaign, by=campaign.created_by)
        except Refused:
            assert Campaign.objects.get(pk=campaign.pk).status in REFUSING[act]


REFUSING = {
    "pause": {Status.DONE, Status.CANCELLED, Status.PAUSED},
    "resume": {Status.RUNNING, Status.DONE, Status.CANCELLED, Status.MATERIALISING},
    "cancel": {Status.DONE, Status.CANCELLED},
}
