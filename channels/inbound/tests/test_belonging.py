"""Whose message it is, and which conversation it belongs to."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.connectors.marks import reply_address
from channels.inbound import services
from channels.inbound.models import Taken
from channels.inbound.tests.probe import Probe, probe_channel, raw, registered
from channels.inbox import settling
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.accounts.factories import user
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers.factories import customer, identity
from customers.identity.models import Identity
from customers.merging import services as merging
from customers.merging.models import Merge
from customers.models import Customer
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
HOME = "home@example.com"


@pytest.fixture(autouse=True)
def probe() -> Iterator[Probe]:
    with registered() as one:
        yield one


@pytest.fixture
def mailbox() -> Channel:
    return probe_channel()


def take(channel: Channel, sender: str = "ann@example.com", **part: Any) -> Message:
    part.setdefault("key", f"m{Taken.objects.count()}")
    part.setdefault("handles", [["email", sender]])
    message = services.take_now(channel, raw(part), part["key"])
    assert message is not None
    return message


def household() -> tuple[Customer, Customer]:
    one, other = customer(name="One"), customer(name="Other")
    for member in (one, other):
        identity(member, kind="email", value=HOME)
    return one, other


def test_an_answer_joins_what_it_answers_though_another_is_open(mailbox: Channel) -> None:
    old = take(mailbox, id="<a@example.com>").conversation
    Conversation.objects.filter(pk=old.pk).update(is_main=False)
    main = take(mailbox, id="<b@example.com>").conversation
    assert main != old
    assert take(mailbox, follows=["<x@example.com>", "<a@example.com>"]).conversation == old
    assert take(mailbox).conversation == main


def test_siblings_of_a_parent_nobody_saw_meet(mailbox: Channel) -> None:
    one = take(mailbox, follows=["<unseen@example.com>"]).conversation
    Conversation.objects.filter(pk=one.pk).update(is_main=False)
    take(mailbox, id="<other@example.com>")
    assert take(mailbox, follows=["<unseen@example.com>"]).conversation == one


def test_a_stranger_who_answers_begins_beside_it(mailbox: Channel) -> None:
    first = take(mailbox, id="<a@example.com>").conversation
    strange = take(mailbox, "eve@example.com", follows=["<a@example.com>"]).conversation
    assert strange != first
    assert strange.customer != first.customer
    assert strange.split_from == first


def test_a_signed_address_leads_back_and_a_forged_one_nowhere(mailbox: Channel) -> None:
    old = take(mailbox).conversation
    Conversation.objects.filter(pk=old.pk).update(is_main=False)
    main = take(mailbox).conversation
    address = reply_address(old.token, "desk@example.com")
    assert take(mailbox, token=address).conversation == old
    assert take(mailbox, token=address[:-20] + "aaaa" + address[-16:]).conversation == main
    assert take(mailbox, token="nonsense").conversation == main
    assert take(mailbox, "eve@example.com", token=address).conversation.split_from == old


def test_what_became_part_of_another_is_found_there(mailbox: Channel) -> None:
    first = take(mailbox, id="<a@example.com>").conversation
    Conversation.objects.filter(pk=first.pk).update(is_main=False)
    second = take(mailbox).conversation
    Message.objects.filter(conversation=first).update(conversation=second)
    Conversation.objects.filter(pk=first.pk).update(
        status="closed", closed_at=timezone.now(), closed_because="duplicate", merged_into=second
    )
    assert take(mailbox, follows=["<a@example.com>"]).conversation == second


def test_an_answer_to_something_closed_long_ago_begins_anew_and_says_so(mailbox: Channel) -> None:
    old = take(mailbox, id="<a@example.com>").conversation
    long_ago = timezone.now() - timedelta(days=30)
    Conversation.objects.update(status="closed", closed_at=long_ago, closed_because="solved")
    new = take(mailbox, follows=["<a@example.com>"]).conversation
    assert (new == old, new.split_from) == (False, old)


def test_a_household_is_asked_about_once(mailbox: Channel) -> None:
    one, other = household()
    main = take(probe_channel(kind="wechat", name="W"), handles=[["openid", "o"]])
    unsure = take(mailbox, HOME).conversation
    assert unsure.is_unsure
    assert not unsure.is_main
    assert take(mailbox, HOME).conversation == unsure
    assert set(settling.candidates(unsure)) == {one, other}
    settled = settling.settle_who(unsure, other, by=user(Role.SERVICE))
    assert (settled, settled.customer, settled.is_unsure, settled.is_main) == (unsure, other, False, True)
    assert set(Entry.objects.filter(source="inbox").values_list("customer", flat=True)) == {
        other.pk,
        main.conversation.customer_id,
    }
    assert take(mailbox, HOME).conversation == unsure
    assert Customer.objects.count() == 3
    with pytest.raises(Refused):
        settling.settle_who(unsure, one, by=user(Role.SERVICE))


def test_once_said_it_becomes_part_of_what_they_have_open(mailbox: Channel) -> None:
    _one, other = household()
    identity(other, kind="openid", value="o")
    main = take(probe_channel(kind="wechat", name="W"), handles=[["openid", "o"]]).conversation
    unsure = take(mailbox, HOME).conversation
    assert settling.settle_who(unsure, other, by=user(Role.SERVICE)) == main
    assert take(mailbox, HOME).conversation == main


def test_it_may_be_somebody_new(mailbox: Channel) -> None:
    known = household()
    settled = settling.settle_who(take(mailbox, HOME).conversation, None, by=user(Role.SERVICE))
    assert settled.customer not in known
    assert take(mailbox, HOME).conversation.customer == settled.customer


def test_an_answer_says_who_of_the_household_it_is(mailbox: Channel) -> None:
    _one, other = household()
    unsure = take(mailbox, HOME, id="<a@example.com>").conversation
    settling.settle_who(unsure, other, by=user(Role.SERVICE))
    Identity.objects.filter(source="channel:email").update(detached_at=timezone.now())
    assert take(mailbox, HOME, follows=["<a@example.com>"]).conversation == unsure


def test_what_somebody_only_claims_leads_to_nobody(mailbox: Channel) -> None:
    known = customer(name="Ann", email="ann@example.com")
    identity(known, kind="email", value="ann@example.com")
    chat = probe_channel(kind="chat", name="Chat")
    claim = [["visitor", "v1", "", True], ["email", "ann@example.com"]]
    visitor = take(chat, handles=claim).conversation.customer
    assert visitor != known
    # The mail of whom it really is goes to them, without a question.
    real = take(mailbox).conversation
    assert (real.customer, real.is_unsure) == (known, False)


def test_a_claim_alone_is_a_question(mailbox: Channel) -> None:
    chat = probe_channel(kind="chat", name="Chat")
    claim = [["visitor", "v1", "", True], ["email", "ann@example.com"]]
    visitor = take(chat, handles=claim).conversation
    mail = take(mailbox).conversation
    assert (mail.is_unsure, mail.customer) == (True, visitor.customer)
    assert mail != visitor


def test_joined_customers_have_one_main_conversation_and_part_again(mailbox: Channel) -> None:
    one = take(mailbox, "one@example.com").conversation
    two = take(mailbox, "two@example.com").conversation
    merging.merge(one.customer, [two.customer], by=None)
    mains = Conversation.objects.filter(customer=one.customer, is_main=True)
    assert mains.get() == one
    two.refresh_from_db()
    assert (two.customer, two.is_main) == (one.customer, False)
    assert take(mailbox, "two@example.com").conversation == one
    merging.undo(Merge.objects.latest("pk"), by=None, despite=True)
    two.refresh_from_db()
    assert (two.customer != one.customer, two.is_main) == (True, True)
