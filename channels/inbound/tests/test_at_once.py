"""Everything at the same moment: eight connections bring the same, or parts of one thing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from channels.connectors.arriving import Record
from channels.inbound import ingesting, services, storing
from channels.inbound.models import Event
from channels.inbound.tests.probe import Probe, probe_channel, raw, registered
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
THREADS = 8


@pytest.fixture(autouse=True)
def probe() -> Iterator[Probe]:
    with registered() as one:
        yield one


@pytest.fixture
def mailbox() -> Channel:
    return probe_channel()


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(alone, range(times)))


def figures() -> tuple[int, int, int, int]:
    """Messages, conversations, touchpoints, customers."""
    told = Entry.objects.filter(source="inbox").count()
    return Message.objects.count(), Conversation.objects.count(), told, Customer.objects.count()


def test_a_hundred_replays_are_one_message(mailbox: Channel) -> None:
    body = raw({"key": "m", "id": "<m@example.com>", "media": [{"name": "a.txt", "data": "abc"}]})

    def replay(number: int) -> None:
        # Every other one comes inside of another call: the message is known again by its own key.
        pk = storing.insert(mailbox, Record(f"call {number if number % 2 else 0}", body))
        if pk:
            ingesting.ingest(pk)

    at_once(replay, 100)
    ingesting.drain()
    assert figures() == (1, 1, 1, 1)
    assert Event.objects.count() == 51
    assert not Event.objects.filter(state__in=["new", "parked"]).exists()


def test_a_hundred_clicks_are_one_message(mailbox: Channel) -> None:
    body = raw({"key": "m"})
    found = at_once(lambda number: services.take_now(mailbox, body, "same"), 100)
    assert len({one.pk for one in found}) == 1
    assert figures() == (1, 1, 1, 1)


def test_an_album_opens_one_conversation(mailbox: Channel) -> None:
    handles = [["whatsapp", "8613800138000", "1", True], ["phone", "+8613800138000", "", True]]
    pictures = [raw({"key": str(number), "handles": handles}) for number in range(10)]
    at_once(lambda number: services.take_now(mailbox, pictures[number], str(number)), 10)
    ingesting.drain()
    assert figures() == (10, 1, 10, 1)


def test_calls_that_tell_of_the_same_people_do_not_wait_for_each_other_for_ever(mailbox: Channel) -> None:
    people = [[["email", f"p{number}@example.com"]] for number in range(4)]

    def bring(number: int) -> None:
        order = people if number % 2 else people[::-1]
        parts = [{"key": f"{number} {one[0][1]}", "handles": one} for one in order]
        services.take_now(mailbox, raw(*parts), str(number))

    at_once(bring, 10)
    assert figures() == (40, 4, 40, 4)
    assert set(Event.objects.values_list("state", "attempts")) == {("done", 1)}
