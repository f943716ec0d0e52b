"""What goes wrong goes wrong alone, says why, and is tried again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.connectors.arriving import Record
from channels.inbound import ingesting, services, storing
from channels.inbound.models import Event
from channels.inbound.tests.probe import Probe, probe_channel, raw, registered
from channels.inbox.models import Message
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.policy import Role
from crm.lib.errors import Refused

pytestmark = pytest.mark.django_db
State = Event.State
POISON = {"part": "poison", "key": "poison"}


@pytest.fixture(autouse=True)
def probe() -> Iterator[Probe]:
    with registered() as one:
        yield one


@pytest.fixture
def mailbox() -> Channel:
    return probe_channel()


def store(channel: Channel, content: bytes, key: str = "call") -> Event:
    pk = storing.insert(channel, Record(key, content))
    assert pk is not None
    return Event.objects.get(pk=pk)


def try_again(event: Event) -> None:
    Event.objects.update(due_at=timezone.now())
    ingesting.ingest(event.pk)
    event.refresh_from_db()


def test_a_poisoned_call_is_set_aside_and_blocks_nobody(mailbox: Channel) -> None:
    bad = store(mailbox, b"no json", "1")
    good = store(mailbox, raw({"key": "m"}), "2")
    ingesting.drain()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, bad.state, bad.reason) == (State.DONE, State.NEW, "internal: JSONDecodeError")
    assert bad.due_at > timezone.now()
    for _time in range(ingesting.MOST_ATTEMPTS):
        try_again(bad)
    assert (bad.state, bad.attempts) == (State.PARKED, ingesting.MOST_ATTEMPTS)


def test_a_part_that_fails_does_not_keep_the_others_back(
    mailbox: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    happening = {"part": "happening", "key": "h", "kind": "call"}
    event = store(mailbox, raw({"key": "1"}, happening, {"key": "2"}))
    monkeypatch.setattr("channels.inbound.happenings.take", lambda channel, part: 1 / 0)
    try_again(event)
    assert (event.state, event.reason) == (State.NEW, "internal: ZeroDivisionError")
    assert Message.objects.count() == 2
    monkeypatch.undo()
    try_again(event)
    assert (event.state, event.reason, Message.objects.count()) == (State.DONE, "", 2)


def test_what_names_nobody_is_set_aside_at_once(mailbox: Channel) -> None:
    event = store(mailbox, raw({"key": "1", "handles": [["email", "x" * 300]]}))
    try_again(event)
    assert (event.state, event.reason) == (State.PARKED, "nobody")


def test_what_kills_its_worker_is_not_tried_for_ever(mailbox: Channel) -> None:
    event = store(mailbox, raw({"key": "1"}))
    Event.objects.update(attempts=ingesting.MOST_ATTEMPTS)
    try_again(event)
    assert (event.state, event.reason) == (State.PARKED, "crashed")


def test_a_try_is_counted_before_it_begins(mailbox: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between store and ingest, or in the middle: the sweep takes it."""
    event = store(mailbox, raw({"key": "1"}))
    monkeypatch.setattr(ingesting, "_work", lambda pk: None)
    ingesting.ingest(event.pk)
    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.NEW, 1)
    assert timezone.now() < event.due_at < timezone.now() + timedelta(seconds=10)
    monkeypatch.undo()
    Event.objects.update(due_at=timezone.now())
    assert ingesting.drain() == 1
    assert Message.objects.count() == 1


def test_a_channel_that_is_off_keeps_what_comes(mailbox: Channel) -> None:
    event = store(mailbox, raw({"key": "1"}))
    Channel.objects.update(enabled=False)
    try_again(event)
    assert (event.state, event.attempts) == (State.NEW, 0)
    mailbox.refresh_from_db()
    assert services.take_now(mailbox, raw({"key": "2"}), "2") is None
    Channel.objects.update(enabled=True)
    Event.objects.update(due_at=timezone.now())
    assert ingesting.drain() == 2


def test_what_is_of_no_interest_says_so(mailbox: Channel) -> None:
    boring = store(mailbox, raw({"part": "ignored", "key": "1"}), "1")
    empty = store(mailbox, raw(), "2")
    known = store(mailbox, raw({"part": "ignored", "key": "1"}), "3")
    ingesting.drain()
    for event, why in ((boring, "boring"), (empty, "empty"), (known, "known")):
        event.refresh_from_db()
        assert (event.state, event.reason) == (State.IGNORED, why)


def test_parked_ones_are_tried_again(mailbox: Channel) -> None:
    events = [store(mailbox, b"no json", str(number)) for number in range(3)]
    Event.objects.update(state=State.PARKED, reason="internal", attempts=6)
    admin = user(Role.ADMIN)
    Event.objects.filter(pk=events[0].pk).update(raw=raw({"key": "m"}))
    services.replay(events[0], by=admin)
    ingesting.drain()
    events[0].refresh_from_db()
    assert events[0].state == State.DONE
    with pytest.raises(Refused):
        services.replay(events[0], by=admin)
    assert services.replay_all(mailbox, by=admin) == 2
    assert services.replay_all(mailbox, by=admin) == 0


def test_the_raw_form_goes_after_a_while_and_its_key_stays(mailbox: Channel) -> None:
    _old, parked, new = (store(mailbox, raw({"key": str(number)}), str(number)) for number in range(3))
    Event.objects.exclude(pk=new.pk).update(received_at=timezone.now() - timedelta(days=91))
    Event.objects.update(state=State.DONE)
    Event.objects.filter(pk=parked.pk).update(state=State.PARKED, reason="nobody")
    assert storing.forget_old() == 1
    assert [bytes(one.raw) == b"" for one in Event.objects.order_by("pk")] == [True, False, False]
    assert storing.insert(mailbox, Record("0", b"")) is None


def test_an_event_comes_once_and_what_is_set_aside_has_a_reason(mailbox: Channel) -> None:
    store(mailbox, b"", "1")
    for fields in ({"dedupe_key": "1"}, {"dedupe_key": "2", "state": State.PARKED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.create(channel=mailbox, raw=b"", **fields)
