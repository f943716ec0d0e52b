"""Several workers on one campaign, two campaigns at one customer, and workers that are killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction
from django.utils import timezone

from channels import factories
from channels.campaigns import books, finishing, sending, services
from channels.campaigns.claiming import claim, judge_for
from channels.campaigns.message import Mailing
from channels.campaigns.models import Campaign, Delivery
from channels.campaigns.tests.conftest import Sink, draft, launch, people
from channels.campaigns.tests.test_sending import deliver, tally
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.models import Channel
from crm.accounts.models import User
from crm.embedded import locations
from segments.models import Segment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.usefixtures("only_our_own_workers"),
]


def test_four_connections_send_each_message_once(sink: Sink, campaign: Campaign) -> None:
    people(120)
    launch(campaign)
    sending.deliver(campaign.pk, connections=4)
    assert sink.counts == {f"c{index}@example.com": 1 for index in range(120)}
    assert tally(campaign) == {"planned": 120, "accepted": 120}


def test_five_campaigns_at_once_respect_the_cap(
    sink: Sink, channel: Channel, everybody: Segment, marketer: User, settings: Any
) -> None:
    settings.CONTACT_CAP = 1
    people(20)
    campaigns = [draft(channel, everybody, marketer) for _ in range(5)]
    for campaign in campaigns:
        launch(campaign)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(_deliver_and_close, campaigns))
    assert sink.counts == {f"c{index}@example.com": 1 for index in range(20)}


def _deliver_and_close(campaign: Campaign) -> None:
    try:
        sending.deliver(campaign.pk, connections=1)
    finally:
        connection.close()


def test_a_pause_waits_for_the_intent_that_is_half_recorded(campaign: Campaign) -> None:
    people(5)
    launch(campaign)
    message = Mailing(campaign)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            batch = claim(message, judge_for(campaign), 3, sending.LONG_AGO)
            pausing = pool.submit(_in_thread, services.pause, campaign)
            time.sleep(0.2)
            assert not pausing.done()
        pausing.result()
    assert batch
    assert len(batch.parcels) == 3
    assert claim(message, judge_for(campaign), 3, sending.LONG_AGO) is None


def test_a_withdrawal_waits_for_the_intent_that_is_half_recorded(campaign: Campaign) -> None:
    (one,) = people(1)
    launch(campaign)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            claim(Mailing(campaign), judge_for(campaign), 3, sending.LONG_AGO)
            withdrawing = pool.submit(_withdraw, one)
            time.sleep(0.2)
            assert not withdrawing.done()
        withdrawing.result()
    assert Delivery.objects.get().state == "dispatching"


def _in_thread(act: Any, campaign: Campaign) -> None:
    try:
        act(campaign, by=campaign.created_by)
    finally:
        connection.close()


def _withdraw(one: Any) -> None:
    try:
        consent.withdraw(one, Purpose.MARKETING, "email", source="test")
    finally:
        connection.close()


def test_who_died_while_sending_leaves_an_unknown_and_not_a_second_mail(
    sink: Sink, campaign: Campaign
) -> None:
    people(3)
    launch(campaign)
    batch = claim(Mailing(campaign), judge_for(campaign), 2, sending.LONG_AGO)
    assert batch
    deliver(campaign)
    assert campaign.status == Campaign.Status.RUNNING
    assert sink.counts.total() == 1
    Delivery.objects.filter(state="dispatching").update(lease_until=timezone.now() - timedelta(seconds=1))
    finishing.sweep()
    deliver(campaign)
    assert tally(campaign) == {"planned": 3, "accepted": 1, "unknown lost": 2}
    assert campaign.status == Campaign.Status.DONE


def test_who_was_taken_for_dead_may_still_say_what_happened(campaign: Campaign) -> None:
    people(2)
    launch(campaign)
    batch = claim(Mailing(campaign), judge_for(campaign), 2, sending.LONG_AGO)
    assert batch
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    finishing.sweep()
    first = batch.parcels[0].delivery
    late = books.Result(first.pk, first.customer, "accepted", provider_id="x")
    with transaction.atomic():
        books.record_results(campaign, batch.token, [late], timezone.now())
        books.record_results(campaign, batch.token, [late], timezone.now())
    assert tally(campaign) == {"planned": 2, "accepted": 1, "unknown lost": 1}


def test_a_forged_token_changes_nothing(campaign: Campaign) -> None:
    people(1)
    launch(campaign)
    claim(Mailing(campaign), judge_for(campaign), 2, sending.LONG_AGO)
    row = Delivery.objects.get()
    with transaction.atomic():
        late = books.Result(row.pk, row.customer_id, "accepted")
        books.record_results(campaign, "somebody else", [late], timezone.now())
    row.refresh_from_db()
    assert row.state == "dispatching"


def test_a_provider_that_knows_our_keys_gets_the_message_again(campaign: Campaign) -> None:
    http = factories.channel(connector="sandbox_http")
    Campaign.objects.filter(pk=campaign.pk).update(channel=http)
    campaign.refresh_from_db()
    people(2)
    launch(campaign)
    claim(Mailing(campaign), judge_for(campaign), 2, sending.LONG_AGO)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    forgotten = Delivery.objects.order_by("pk").first()
    assert forgotten
    Delivery.objects.filter(pk=forgotten.pk).update(sent_at=timezone.now() - timedelta(hours=25))
    finishing.sweep()
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["ready", "unknown"]


def test_a_key_the_provider_may_have_forgotten_is_not_repeated(campaign: Campaign) -> None:
    http = factories.channel(connector="sandbox_http")
    Campaign.objects.filter(pk=campaign.pk).update(channel=http)
    campaign.refresh_from_db()
    people(1)
    launch(campaign)
    Delivery.objects.update(attempts=1, sent_at=timezone.now() - timedelta(hours=25))
    assert claim(Mailing(campaign), judge_for(campaign), 2, sending.LONG_AGO)
    assert Delivery.objects.get().state == "unknown"


@pytest.mark.fault
def test_killed_workers_neither_lose_nor_repeat(sink: Sink, campaign: Campaign) -> None:
    number, kills = 1500, 8
    people(number)
    services.launch(campaign, by=campaign.created_by)
    chance = random.Random(7)
    for _ in range(kills):
        with dispatchers(2) as running:
            time.sleep(2 + chance.random())
            for one in running:
                one.send_signal(signal.SIGKILL)
    Delivery.objects.filter(state="dispatching").update(lease_until=timezone.now() - timedelta(seconds=1))
    Campaign.objects.update(lease_until=None)
    with dispatchers(1, "--once") as (last,):
        last.wait(120)
    campaign.refresh_from_db()
    states = dict(campaign.deliveries.values_list("customer__email", "state"))
    assert campaign.status == Campaign.Status.DONE
    assert set(sink.counts.values()) == {1}
    assert set(states.values()) <= {"accepted", "unknown"}
    assert {address for address, state in states.items() if state == "accepted"} <= set(sink.counts)
    assert set(states) - set(sink.counts) <= {a for a, state in states.items() if state == "unknown"}
    unknown = sum(state == "unknown" for state in states.values())
    assert unknown <= kills * 2 * 20
    assert tally(campaign)["planned"] == number


@contextmanager
def dispatchers(number: int, *options: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`manage.py dispatch` in processes of their own, on the test's database."""
    environment = os.environ | {
        "DATABASE_URL": locations.database_url(django_settings.VAR, str(connection.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "PRODUCTION": "0",
    }
    command = [sys.executable, "manage.py", "dispatch", "--connections", "1", *options]
    running = [
        subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment) for _ in range(number)
    ]
    try:
        yield running
    finally:
        for one in running:
            one.kill()
            one.wait()
