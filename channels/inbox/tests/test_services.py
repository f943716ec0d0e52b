"""What people do with a conversation."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels import factories
from channels.consent import services as consent
from channels.consent.models import Purpose
from channels.direct import sending as direct
from channels.direct.models import DirectMessage
from channels.inbox import hooks, queues, sending, services
from channels.inbox.hooks import Change
from channels.inbox.models import Conversation, Mention, Message
from channels.models import Channel
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.desk.notices.models import Notice
from crm.lib.errors import BadInput, Refused
from customers import factories as customers
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
Status, State = Conversation.Status, DirectMessage.State


@pytest.fixture
def made(seller: User) -> Customer:
    return customers.customer(owner=seller, name="王小明", email="wang@example.com", country="CN")


@pytest.fixture
def asked(made: Customer, channel: Channel) -> Conversation:
    """The customer asks by mail."""
    found = factories.conversation(made, channel=channel, subject="Parcel")
    factories.message(found, address="wang.private@example.com", external_id="1@example.com")
    return found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(hooks, "_hooks", [(0, lambda change: seen.append(change.what.value))])
    return seen


def due(message: Message) -> None:
    assert message.delivery_id
    DirectMessage.objects.filter(pk=message.delivery_id).update(due_at=timezone.now() - timedelta(seconds=1))
    direct.send(message.delivery_id)


def test_who_refused_mails_and_writes_one_is_answered(
    asked: Conversation, channel: Channel, seller: User, sink: Any
) -> None:
    before = asked.messages.get().at - timedelta(minutes=1)
    consent.withdraw(asked.customer, Purpose.SERVICE, "email", source="test", at=before)
    due(services.reply(asked, channel, "Tomorrow.", by=seller, client_token="a"))
    assert "Tomorrow." in sink.mail("wang.private@example.com").get_content()
    # Another no, after the question, is the last word.
    consent.withdraw(asked.customer, Purpose.SERVICE, "email", source="test", at=timezone.now())
    with pytest.raises(Refused):
        services.reply(asked, channel, "And then?", by=seller, client_token="b")


def test_an_answer_goes_to_whom_it_came_from_and_belongs_to_the_thread(
    asked: Conversation, channel: Channel, seller: User, sink: Any, told: list[str]
) -> None:
    message = services.reply(asked, channel, "Tomorrow.", by=seller, client_token="a")
    assert services.reply(asked, channel, "Tomorrow.", by=seller, client_token="a") == message
    asked.refresh_from_db()
    assert (asked.status, asked.waiting_since, asked.assignee) == (Status.PENDING, None, seller)
    assert message.delivery is not None
    assert message.delivery.due_at > timezone.now() + timedelta(seconds=8)
    assert direct.sweep() == []

    due(message)

    mail = sink.mail("wang.private@example.com")
    assert mail["Subject"] == "Re: Parcel"
    assert mail["In-Reply-To"] == "<1@example.com>"
    message.refresh_from_db()
    assert message.failed == ""
    assert Entry.objects.filter(source="direct", kind="email", summary="Re: Parcel").count() == 1
    assert told == ["replied", "delivered"]


def test_taken_back_it_was_never_said(asked: Conversation, channel: Channel, seller: User, sink: Any) -> None:
    waited = asked.waiting_since
    message = services.reply(asked, channel, "Tomorrow.", by=seller)
    sending.withdraw(message, by=seller)

    asked.refresh_from_db()
    assert (asked.status, asked.waiting_since, asked.first_reply_at) == (Status.OPEN, waited, None)
    assert asked.messages.filter(direction="out").count() == 0
    assert DirectMessage.objects.get().state == State.SKIPPED
    due_pk = DirectMessage.objects.get().pk
    direct.send(due_pk)
    assert sink.mails == []


def test_an_answer_that_fails_is_our_turn_again_and_can_go_once_more(
    asked: Conversation, channel: Channel, seller: User, sink: Any
) -> None:
    message = services.reply(asked, channel, "Tomorrow.", by=seller)
    sink.answers["wang.private@example.com"] = "554 Not today"
    due(message)
    message.refresh_from_db()
    asked.refresh_from_db()
    assert message.failed
    assert asked.status == Status.OPEN
    assert asked.waiting_since

    sink.answers.clear()
    sending.send_again(message, by=seller)
    message.refresh_from_db()
    due(message)

    assert len(sink.mails) == 1
    with pytest.raises(Refused):
        sending.send_again(message, by=seller)


def test_who_has_not_seen_the_newest_message_is_warned(
    asked: Conversation, channel: Channel, seller: User
) -> None:
    seen = asked.messages.get().pk
    factories.message(asked, text="Hello?")
    with pytest.raises(services.Overtaken):
        services.reply(asked, channel, "Tomorrow.", by=seller, seen=seen)
    other = people.user(Role.OPERATIONS)
    newest = asked.messages.latest("pk").pk
    services.reply(asked, channel, "Today.", by=other)
    with pytest.raises(services.Overtaken, match=str(other)):
        services.reply(asked, channel, "Tomorrow.", by=seller, seen=newest)


def test_a_note_names_colleagues_who_may_see_it(asked: Conversation, seller: User) -> None:
    other = people.user(Role.OPERATIONS, username="lin", name="Lin Yue")
    services.note(asked, "@Lin Yue please look", by=seller)
    assert Mention.objects.get().user == other
    entry = Entry.objects.get(kind="note.conversation")
    assert (entry.body, entry.actor, entry.customer) == ("@Lin Yue please look", seller, asked.customer)
    assert Notice.objects.get().user == other
    stranger = people.user(Role.SALES, username="far", name="Far Away")
    with pytest.raises(Refused):
        services.note(asked, f"@{stranger.username} hm", by=seller)


def test_it_goes_from_hand_to_hand(asked: Conversation, seller: User, told: list[str]) -> None:
    team = people.team("Returns")
    services.assign(asked, seller, why="asked for it")
    services.assign(asked, seller)
    services.hand_over(asked, team, by=seller, why="a return")
    asked.refresh_from_db()
    assert (asked.assignee, asked.team) == (None, team)
    assert told == ["assigned", "assigned"]


def test_it_sleeps_until_its_time(asked: Conversation, seller: User) -> None:
    with pytest.raises(BadInput):
        services.snooze(asked, timezone.now(), by=seller)
    services.snooze(asked, timezone.now() + timedelta(hours=1), by=seller)
    assert services.wake_due() == []
    Conversation.objects.update(snoozed_until=timezone.now())
    assert services.wake_due() == [asked.pk]
    assert services.wake_due() == []
    asked.refresh_from_db()
    assert asked.status == Status.OPEN


def test_closing_says_why_and_can_be_taken_back(asked: Conversation, seller: User) -> None:
    waited = asked.waiting_since
    with pytest.raises(BadInput):
        services.close(asked, "", by=seller)
    services.close(asked, "solved", by=seller)
    with pytest.raises(Refused):
        services.close(asked, "solved", by=seller)
    services.reopen(asked, by=seller)
    asked.refresh_from_db()
    assert (asked.status, asked.waiting_since, asked.reopened) == (Status.OPEN, waited, 1)


def test_two_become_one_and_two_again(
    asked: Conversation, made: Customer, channel: Channel, seller: User
) -> None:
    aside = factories.conversation(made, channel=channel, is_main=False, subject="Bill")
    later = factories.message(aside, text="And the bill?")
    line = services.merge(asked, aside, by=seller)

    aside.refresh_from_db()
    asked.refresh_from_db()
    assert [one.text for one in aside.messages.filter(direction="in").order_by("pk")] == [
        "Where is my parcel?",
        "And the bill?",
    ]
    assert (aside.is_main, asked.status, asked.merged_into) == (True, Status.CLOSED, aside)
    with pytest.raises(Refused):
        services.merge(asked, aside, by=seller)

    services.take_apart(line, by=seller)
    aside.refresh_from_db()
    asked.refresh_from_db()
    assert (aside.is_main, asked.is_main, asked.status) == (False, True, Status.OPEN)
    assert aside.messages.filter(direction="in").get() == later
    with pytest.raises(Refused):
        services.take_apart(line, by=seller)


def test_conversations_of_two_customers_stay_two(asked: Conversation, channel: Channel, seller: User) -> None:
    other = factories.conversation(customers.customer(owner=seller), channel=channel)
    with pytest.raises(Refused):
        services.merge(asked, other, by=seller)


def test_from_a_message_on_it_is_another_matter(asked: Conversation, seller: User) -> None:
    second = factories.message(asked, text="Another thing", subject="Guarantee")
    new = services.split(second, by=seller)
    assert (new.is_main, new.split_from, new.subject) == (False, asked, "Guarantee")
    assert new.messages.filter(direction="in").get() == second
    with pytest.raises(Refused):
        services.split(asked.messages.filter(direction="in").get(), by=seller)


def test_hooks_are_told_inside_of_the_change(asked: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    def object_to(change: Change) -> None:
        raise Refused("no")

    monkeypatch.setattr(hooks, "_hooks", [(0, object_to)])
    with pytest.raises(Refused):
        services.set_priority(asked, 4)
    asked.refresh_from_db()
    assert asked.priority == 2


@pytest.mark.parametrize("few", [queues.FEW, 0], ids=["looked up one by one", "met on the way"])
def test_a_seller_finds_what_their_customers_wrote_however_many_there_are(
    asked: Conversation, seller: User, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "FEW", few)
    factories.conversation(customers.customer(owner=people.user(Role.SALES)), subject="Not theirs")
    assert queues.page(queues.find("all", seller), seller).rows == [asked]
