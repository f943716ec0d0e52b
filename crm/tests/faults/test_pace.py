"""How fast a channel sends with few and with many workers, and when it is night for whom."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from channels import factories
from channels.campaigns import pacing
from channels.consent import gate, quiet
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.models import Channel
from customers.factories import customer

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PER_SECOND, SECONDS = 200, 15.0
# A zone for each of eight countries that have but one, most of them with summer time.
ZONES = {
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "FI": "Europe/Helsinki",
    "IN": "Asia/Kolkata",
    "JP": "Asia/Tokyo",
    "EG": "Africa/Cairo",
    "PY": "America/Asuncion",
}
# The nights in which clocks change in Europe.
TURNS = (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC))


@pytest.mark.parametrize("workers", [1, 4, 16])
def test_the_bucket_holds_its_pace(workers: int, say: Callable[[str], None]) -> None:
    channel = factories.channel(per_second=PER_SECOND)
    barrier = threading.Barrier(workers + 1)

    def work(_number: int) -> tuple[int, float]:
        taken, last = 0, 0.0
        connection.ensure_connection()
        barrier.wait()
        while time.monotonic() < until:
            with transaction.atomic():
                mine = pacing.take(channel, 20)
            if mine:
                taken, last = taken + mine, time.monotonic()
            time.sleep(0.002 if mine else 0.02)
        connection.close()
        return taken, last

    with ThreadPoolExecutor(workers) as pool:
        found = [pool.submit(work, number) for number in range(workers)]
        Channel.objects.filter(pk=channel.pk).update(tokens=0, refilled_at=Now())
        began, until = time.monotonic(), time.monotonic() + SECONDS
        barrier.wait()
        shares = [one.result() for one in found]
    pace = sum(taken for taken, _last in shares) / (max(last for _taken, last in shares) - began)
    say(f"{workers} workers at {PER_SECOND}/s: {pace:.1f}/s, off by {pace / PER_SECOND - 1:+.2%}")
    assert abs(pace / PER_SECOND - 1) <= 0.02


def test_night_is_night_in_every_zone_also_when_clocks_change(say: Callable[[str], None]) -> None:
    people = {country: customer(phone=f"+49301234{n:04}", country=country) for n, country in enumerate(ZONES)}
    for one in people.values():
        consent.grant(one, Purpose.MARKETING, "sms", source="test")
    keys, asked, wrong = [one.pk for one in people.values()], 0, []
    for turn in TURNS:
        for step in range(2 * 24 * 2):
            now = turn + step * timedelta(minutes=30)
            found = dict(gate.Judge(gate.Question("sms", Purpose.MARKETING, now)).ask(keys))
            for country, zone in ZONES.items():
                hour = now.astimezone(ZoneInfo(zone)).hour
                is_night = hour >= 21 or hour < 9
                opens = quiet.reopens_at("sms", country, now)
                asked += 1
                if (found[people[country].pk] == gate.Reason.QUIET) != is_night or bool(opens) != is_night:
                    wrong.append((country, now))
                if opens and opens.astimezone(ZoneInfo(zone)).hour != 9:
                    wrong.append((country, opens))
    say(f"{asked} moments in {len(ZONES)} zones over two changes of the clock: {len(wrong)} wrong")
    assert wrong == []
