"""Messages become one conversation per customer, whatever comes twice, late or automatically."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.inbound import services
from channels.inbound.models import Event, Taken
from channels.inbound.tests.probe import Probe, probe_channel, raw, registered
from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from customers.identity.models import Identity
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
Status = Conversation.Status


@pytest.fixture(autouse=True)
def probe() -> Iterator[Probe]:
    with registered() as one:
        yield one


@pytest.fixture
def mailbox() -> Channel:
    return probe_channel()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """What the hooks hear."""
    heard: list[Change] = []
    monkeypatch.setattr("channels.inbox.hooks._hooks", [(1, heard.append)])
    return heard


def take(channel: Channel, **part: Any) -> Message:
    part.setdefault("key", f"m{Taken.objects.count()}")
    message = services.take_now(channel, raw(part), part["key"])
    assert message is not None
    return message


def test_a_stranger_becomes_a_customer_with_a_conversation(mailbox: Channel, told: list[Change]) -> None:
    message = take(mailbox, key="1", subject="Where is my parcel?", text="No. 17", id="<1@example.com>")
    customer = message.conversation.customer
    assert (customer.name, customer.email, customer.source) == ("Ann", "ann@example.com", "email")
    assert message.address == "ann@example.com"
    assert message.conversation.subject == "Where is my parcel?"
    assert message.conversation.preview == "No. 17"
    assert message.conversation.waiting_since == message.at
    assert [one.what for one in told] == [What.OPENED, What.RECEIVED]
    entry = Entry.objects.get(source="inbox")
    assert (entry.customer, entry.kind, entry.source_id) == (customer, "email", str(message.pk))
    assert Event.objects.get().state == Event.State.DONE


def test_the_same_again_changes_nothing(mailbox: Channel) -> None:
    first = take(mailbox, key="1", text="Once")
    assert take(mailbox, key="1", text="Once") == first
    # The same message inside of another call.
    again = services.take_now(mailbox, raw({"key": "1", "text": "Once"}), "another call")
    assert again == first
    assert Message.objects.count() == Conversation.objects.count() == 1
    assert Entry.objects.filter(source="inbox").count() == 1


def test_what_is_said_on_another_channel_joins(mailbox: Channel) -> None:
    phone = probe_channel(kind="sms", name="SMS")
    first = take(mailbox, handles=[["email", "ann@example.com"], ["phone", "+8613800138000", "", True]])
    second = take(phone, handles=[["phone", "138 0013 8000"]])
    assert second.conversation == first.conversation
    assert second.conversation.kind == "sms"


def test_closed_lately_opens_again_closed_long_ago_does_not(mailbox: Channel, told: list[Change]) -> None:
    conversation = take(mailbox).conversation
    close(conversation, timedelta(days=6))
    assert take(mailbox).conversation == conversation
    conversation.refresh_from_db()
    assert (conversation.status, conversation.reopened) == (Status.OPEN, 1)
    assert What.REOPENED in [one.what for one in told]
    close(conversation, timedelta(days=8))
    assert take(mailbox).conversation != conversation


@pytest.mark.parametrize("reason", ["spam", "duplicate"])
def test_what_was_closed_as_unwanted_stays_closed(mailbox: Channel, reason: str) -> None:
    conversation = take(mailbox).conversation
    close(conversation, timedelta(hours=1), reason)
    assert take(mailbox).conversation != conversation


def test_somebody_who_put_it_aside_sees_it_again(mailbox: Channel, told: list[Change]) -> None:
    conversation = take(mailbox).conversation
    Conversation.objects.update(status=Status.SNOOZED, snoozed_until=timezone.now() + timedelta(days=1))
    take(mailbox)
    conversation.refresh_from_db()
    assert conversation.status == Status.OPEN
    assert [one.what for one in told][-2:] == [What.WOKEN, What.RECEIVED]


def test_automatic_mail_opens_nothing_and_starts_no_clock(mailbox: Channel, told: list[Change]) -> None:
    first = take(mailbox, automatic=True)
    assert first.conversation.status == Status.CLOSED
    assert first.conversation.waiting_since is None
    assert take(mailbox, automatic=True).conversation == first.conversation
    assert What.OPENED not in [one.what for one in told]
    human = take(mailbox)
    human.conversation.refresh_from_db()
    assert human.conversation == first.conversation
    assert (human.conversation.status, human.conversation.reopened) == (Status.OPEN, 0)
    close(human.conversation, timedelta(hours=1))
    take(mailbox, automatic=True)
    human.conversation.refresh_from_db()
    assert human.conversation.status == Status.CLOSED


def test_what_we_said_elsewhere_ends_the_waiting(mailbox: Channel) -> None:
    conversation = take(mailbox).conversation
    take(mailbox, direction="out", id="elsewhere")
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == (Status.PENDING, None)
    assert conversation.first_reply_at is not None


def test_two_mails_with_one_id_are_both_kept(mailbox: Channel) -> None:
    first = take(mailbox, key="1", id="<same@example.com>", text="One")
    second = take(mailbox, key="2", id="<same@example.com>", text="Two")
    assert (second.external_id, second.data["same_id_as"]) == ("", first.pk)


def test_late_ones_do_not_take_the_place_of_newer_ones(mailbox: Channel) -> None:
    new = take(mailbox, text="New")
    take(mailbox, text="Old", at=(timezone.now() - timedelta(hours=1)).isoformat())
    conversation = Conversation.objects.get()
    assert (conversation.preview, conversation.last_at) == ("New", new.at)


def test_nothing_happens_in_the_future(mailbox: Channel) -> None:
    message = take(mailbox, at=(timezone.now() + timedelta(days=400)).isoformat())
    assert message.at <= timezone.now()


def test_what_no_column_holds_is_left_out(mailbox: Channel) -> None:
    message = take(mailbox, text="a\x00b\ud800c", subject="\x00", name="\x00", data={"x": "\x00\ud800"})
    assert (message.text, message.data) == ("ab?c", {"x": "??"})
    assert message.conversation.customer.name == "ann"


def test_who_is_in_the_bin_comes_back(mailbox: Channel) -> None:
    customer = take(mailbox).conversation.customer
    Customer.objects.filter(pk=customer.pk).update(deleted_at=timezone.now())
    assert take(mailbox).conversation.customer == customer
    customer.refresh_from_db()
    assert customer.deleted_at is None


def test_a_channel_handle_is_one_customers(mailbox: Channel) -> None:
    wechat = probe_channel(kind="wechat", name="WeChat")
    one = take(
        wechat, handles=[["openid", "o1", "wx1"]], name="", about={"city": "上海", "language": "zh-hans"}
    )
    assert one.conversation.customer.city == "上海"
    assert one.conversation.customer.name
    assert take(wechat, handles=[["openid", "o1", "wx1"]]).conversation == one.conversation
    assert take(wechat, handles=[["openid", "o1", "wx2"]]).conversation != one.conversation
    assert Identity.objects.filter(kind="openid").count() == 2


def close(conversation: Conversation, ago: timedelta, reason: str = "solved") -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        status=Status.CLOSED, closed_at=timezone.now() - ago, closed_because=reason, waiting_since=None
    )
