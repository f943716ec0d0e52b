"""What is no message: states of our own messages, calls and purchases; files; and channels that are asked."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.utils import timezone

from channels.campaigns.models import Delivery
from channels.connectors.arriving import Record
from channels.connectors.base import Rejected, Retry
from channels.connectors.marks import message_id
from channels.consent.models import Suppression
from channels.direct.models import DirectMessage
from channels.factories import campaign, delivery
from channels.inbound import fetching, ingesting, purchases, services, storing
from channels.inbound.models import Cursor, Event
from channels.inbound.tests.probe import Probe, probe_channel, raw, registered
from channels.inbox import media
from channels.inbox.models import Enclosure, Message
from channels.mail import blobs
from channels.models import Channel
from crm.accounts.factories import user
from customers.factories import customer
from customers.holdings import Subject
from customers.orders.models import Order
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
State = DirectMessage.State


@pytest.fixture(autouse=True)
def probe() -> Iterator[Probe]:
    with registered() as one:
        yield one


@pytest.fixture
def mailbox() -> Channel:
    return probe_channel()


def take(channel: Channel, *parts: dict[str, Any], key: str = "") -> Event:
    key = key or f"call {Event.objects.count()}"
    services.take_now(channel, raw(*parts), key)
    return Event.objects.get(channel=channel, dedupe_key=key)


def answered(channel: Channel, state: str = State.ACCEPTED) -> DirectMessage:
    """An answer of ours that is on its way."""
    heard = services.take_now(channel, raw({"key": "q"}), "q")
    assert heard is not None
    conversation = heard.conversation
    sent = DirectMessage.objects.create(
        customer=conversation.customer,
        channel=channel,
        body="Hello",
        by=user(),
        state=state,
        provider_id="p1",
        address="ann@example.com",
        sent_at=timezone.now(),
    )
    Message.objects.create(conversation=conversation, direction="out", channel=channel, delivery=sent)
    return sent


def outcome(sent: DirectMessage) -> tuple[str, bool, bool]:
    sent.refresh_from_db()
    shown = Message.objects.get(delivery=sent)
    return sent.state, shown.delivered_at is not None, shown.read_at is not None


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read", "failed"]))[::3])
def test_the_order_of_states_does_not_matter(mailbox: Channel, order: tuple[str, ...]) -> None:
    sent = answered(mailbox)
    for state in order:
        take(mailbox, {"part": "status", "key": state, "state": state, "id": "p1"})
        take(mailbox, {"part": "status", "key": state, "state": state, "id": "p1"})
    assert outcome(sent) == (State.ACCEPTED, True, True)


@pytest.mark.parametrize("order", [("delivered", "bounced"), ("bounced", "delivered")])
def test_what_came_back_did_not_arrive(mailbox: Channel, order: tuple[str, ...]) -> None:
    sent = answered(mailbox)
    for state in order:
        take(mailbox, {"part": "status", "key": state, "state": state, "of": sent.key.hex})
    assert outcome(sent)[0] == State.FAILED


def test_a_state_proves_what_nobody_knew(mailbox: Channel) -> None:
    sent = answered(mailbox, State.UNKNOWN)
    take(
        mailbox,
        {"part": "status", "key": "1", "state": "sent", "id": message_id(sent.key.hex, "ours.example")},
    )
    assert outcome(sent)[0] == State.ACCEPTED


def test_a_state_that_overtakes_our_own_call_waits(mailbox: Channel) -> None:
    sent = answered(mailbox, State.READY)
    DirectMessage.objects.update(provider_id="")
    early = take(mailbox, {"part": "status", "key": "1", "state": "read", "id": "p1"})
    assert early.state == Event.State.NEW
    DirectMessage.objects.update(provider_id="p1", state=State.ACCEPTED)
    Event.objects.update(due_at=timezone.now())
    ingesting.drain()
    assert outcome(sent) == (State.ACCEPTED, True, True)


def test_a_state_of_nothing_of_ours_is_given_up(mailbox: Channel) -> None:
    event = take(mailbox, {"part": "status", "key": "1", "state": "read", "id": "foreign"})
    for _time in range(ingesting.MOST_ATTEMPTS):
        Event.objects.update(due_at=timezone.now())
        ingesting.drain()
    event.refresh_from_db()
    assert (event.state, event.reason) == (Event.State.IGNORED, "no_such_message")


def test_a_complaint_blocks_the_address(mailbox: Channel) -> None:
    answered(mailbox)
    take(mailbox, {"part": "status", "key": "1", "state": "complained", "id": "p1"})
    assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINT


def test_campaigns_hear_of_theirs(mailbox: Channel) -> None:
    ann = customer(email="ann@example.com")
    sent = delivery(campaign(channel=mailbox), ann, state=Delivery.State.UNKNOWN, address=ann.email)
    Delivery.objects.update(sent_at=timezone.now())
    name = message_id(sent.key.hex, "ours.example")
    take(mailbox, {"part": "status", "key": "1", "state": "delivered", "id": name})
    sent.refresh_from_db()
    assert sent.state == Delivery.State.ACCEPTED
    for number in range(2):
        take(mailbox, {"part": "status", "key": f"b{number}", "state": "bounced", "id": name})
    assert sent.events.filter(kind="bounce").count() == 1


def test_a_call_stands_on_the_timeline_once(mailbox: Channel) -> None:
    phone = probe_channel(kind="phone", name="Phone")
    part = {
        "part": "happening",
        "key": "c",
        "kind": "call",
        "handles": [["phone", "13800138000"]],
        "data": {"seconds": 60},
    }
    take(phone, part)
    take(phone, part)
    entry = Entry.objects.get(source=f"event:{phone.pk}")
    assert (entry.kind, entry.channel, entry.data) == ("call", "phone", {"seconds": 60})


def test_others_do_not_write_into_our_books(mailbox: Channel) -> None:
    take(mailbox, {"part": "happening", "key": "c", "kind": "consent.granted"})
    assert Entry.objects.get(source=f"event:{mailbox.pk}").kind == "event"


def order(state: str, total: str = "20.00") -> dict[str, Any]:
    lines = [{"sku": "A", "name": "Tea", "quantity": 2, "amount": "20.00"}] if state == "ordered" else []
    data = {
        "number": "T1-7",
        "terminal": "T1",
        "receipt": "7",
        "store": "",
        "pickup": False,
        "state": state,
        "total": total,
        "refunded": "0",
        "currency": "CNY",
        "lines": lines,
    }
    return {"part": "happening", "key": state, "kind": "order", "data": data}


@pytest.mark.parametrize("states", [("ordered", "ready", "completed"), ("completed", "ready", "ordered")])
def test_an_order_only_moves_forward(states: tuple[str, ...]) -> None:
    till = probe_channel(kind="store", name="Till")
    for state in states:
        take(till, order(state))
    bought = Order.objects.get()
    assert (bought.source, bought.external_id) == (purchases.source_of(till), "T1-7")
    assert (bought.status, bought.amount, bought.channel) == ("completed", Decimal(20), "store")
    assert bought.customer.rollup.orders == 1


def test_what_names_only_the_receipt_leaves_the_amount() -> None:
    till = probe_channel(kind="store", name="Till")
    take(till, order("ordered"))
    take(till, order("cancelled", total="0"))
    assert (Order.objects.get().status, Order.objects.get().amount) == ("cancelled", Decimal(20))


def test_files_are_kept_by_their_content_or_fetched_afterwards(probe: Probe, mailbox: Channel) -> None:
    probe.files = {"r1": b"%PDF-1.4 hello", "r2": Retry(30, "busy"), "r3": Rejected("gone", permanent=True)}
    given = [{"name": "../note.txt", "data": "hello"}]
    waiting = [{"name": f"{one}.pdf", "reference": one} for one in probe.files]
    take(mailbox, {"key": "m", "media": [*given, *waiting]})
    assert len(media.due()) == 3
    for pk in media.due():
        media.fetch(pk)
        media.fetch(pk)
    here, fetched, later, lost = Enclosure.objects.order_by("pk")
    assert (here.name, here.media_type, blobs.read(here.digest)) == ("note.txt", "text/plain", b"hello")
    assert (fetched.state, fetched.media_type) == ("kept", "application/pdf")
    assert (later.state, later.reason, lost.state, lost.reason) == ("waiting", "busy", "lost", "gone")
    assert probe.fetched == 3
    assert media.due() == []
    for _time in range(media.MOST_ATTEMPTS):
        Enclosure.objects.update(due_at=timezone.now())
        media.fetch(later.pk)
    later.refresh_from_db()
    assert later.state == "lost"


def test_what_is_too_large_or_too_much_says_so(mailbox: Channel, settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 3
    take(mailbox, {"key": "m", "media": [{"name": str(number), "data": "long"} for number in range(60)]})
    assert set(Enclosure.objects.values_list("reason", flat=True)) == {"too_large", "too_many"}
    assert Enclosure.objects.count() == 51


def test_the_cursor_moves_when_everything_is_stored(probe: Probe, mailbox: Channel) -> None:
    probe.waiting = [Record(str(number), raw({"key": str(number)})) for number in range(5)]
    assert fetching.due() == [mailbox.pk]
    assert fetching.fetch(mailbox.pk) == 5
    assert Cursor.objects.get().position == {"at": 6}
    assert fetching.due() == []
    Cursor.objects.update(position={}, due_at=timezone.now())
    assert fetching.fetch(mailbox.pk) == 0
    assert ingesting.drain() == 5


def test_a_channel_in_trouble_is_asked_less_often(
    probe: Probe, mailbox: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from channels.connectors.arriving import Pulled

    monkeypatch.setattr(probe, "pull", lambda *_: Pulled((), {"at": 0}, trouble="sign_in: no"))
    for _time in range(4):
        Cursor.objects.update(due_at=timezone.now())
        fetching.fetch(mailbox.pk)
    cursor = Cursor.objects.get()
    assert cursor.failures == 4
    assert cursor.due_at > timezone.now() + timedelta(minutes=5)
    mailbox.refresh_from_db()
    assert mailbox.last_error == "sign_in: no"


def test_an_erasure_takes_the_raw_form_along(mailbox: Channel) -> None:
    from channels.inbound.holdings import forget

    heard = services.take_now(mailbox, raw({"key": "m"}), "m")
    assert heard is not None
    receipt = storing.insert(mailbox, Record("r", b'{"to": "8613800138000"}'))
    other = storing.insert(mailbox, Record("o", b"{}"))
    ann = heard.conversation.customer
    forget(Subject(ann.pk, ann.name, frozenset(["ann@example.com"]), frozenset(["+8613800138000"])))
    left = Event.objects.exclude(raw=b"").values_list("pk", flat=True)
    assert (list(left), receipt in left) == ([other], False)
