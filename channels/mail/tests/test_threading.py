"""Which conversation a mail joins: cases that help desks got wrong in public."""

from typing import Any
from uuid import uuid4

import pytest

from channels import factories, secrets
from channels.connectors.marks import reply_address
from channels.inbound import services as inbound
from channels.inbox.models import Conversation, Message, Reference
from channels.models import Channel

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox() -> Channel:
    return factories.channel(
        connector="mailbox",
        config={"from_address": "help@shop.test", "replies": "help@shop.test"},
        secret=secrets.seal({"password": "x"}),
    )


def take(mailbox: Channel, name: str, **headers: str) -> Message:
    lines = {
        "From": "ann@example.com",
        "Message-ID": f"<{name}@example.com>",
        "Subject": "Tea",
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    raw = "".join(f"{key}: {value}\r\n" for key, value in lines.items() if value) + f"\r\n{name}\r\n"
    found = inbound.take_now(mailbox, raw.encode(), f"{name}:{uuid4()}")
    assert found is not None
    return found


def split_off(message: Message) -> Conversation:
    """A second conversation of the customer, beside the main one."""
    beside = factories.conversation(message.conversation.customer, channel=message.channel, is_main=False)
    Message.objects.filter(pk=message.pk).update(conversation=beside)
    return beside


def test_an_answer_finds_what_was_split_off(mailbox: Channel) -> None:
    first = take(mailbox, "one")
    beside = split_off(first)
    assert take(mailbox, "two", In_Reply_To="<one@example.com>").conversation_id == beside.pk
    assert take(mailbox, "three", References="<zero@x> <one@example.com>").conversation_id == beside.pk
    assert take(mailbox, "four").conversation_id == first.conversation_id


def test_siblings_of_a_mail_we_never_saw_meet(mailbox: Channel) -> None:
    """Both answer the same mail, which went past us."""
    first = take(mailbox, "one", References="<unseen@elsewhere.test>")
    beside = split_off(first)
    assert take(mailbox, "two", References="<unseen@elsewhere.test>").conversation_id == beside.pk


def test_a_number_in_a_subject_opens_nobodys_conversation(mailbox: Channel) -> None:
    first = take(mailbox, "one", Subject="[Ticket#4711] Tea")
    stranger = take(mailbox, "two", From="eve@evil.test", Subject="Re: [Ticket#4711] Tea")
    assert stranger.conversation_id != first.conversation_id
    assert stranger.conversation.customer_id != first.conversation.customer_id


def test_a_strangers_answer_goes_beside_linked(mailbox: Channel) -> None:
    first = take(mailbox, "one")
    address = reply_address(first.conversation.token, "help@shop.test")
    for name, headers in (
        ("two", {"In_Reply_To": "<one@example.com>"}),
        ("three", {"To": address}),
    ):
        other = take(mailbox, name, From=f"{name}@evil.test", **headers)
        assert other.conversation_id != first.conversation_id
        assert other.conversation.split_from_id == first.conversation_id


def test_an_answer_to_what_was_merged_finds_what_it_became(mailbox: Channel) -> None:
    first = take(mailbox, "one")
    beside = split_off(first)
    into = factories.conversation(first.conversation.customer, channel=mailbox, is_main=False)
    Conversation.objects.filter(pk=beside.pk).update(merged_into=into)
    factories.message(into, address="ann@example.com")
    assert take(mailbox, "two", In_Reply_To="<one@example.com>").conversation_id == into.pk


def test_a_forwarded_subject_changes_nothing(mailbox: Channel) -> None:
    first = take(mailbox, "one")
    beside = split_off(first)
    found = take(mailbox, "two", Subject="Fwd: anything else", In_Reply_To="<one@example.com>")
    assert found.conversation_id == beside.pk


def test_two_mails_under_one_id_are_both_kept(mailbox: Channel) -> None:
    take(mailbox, "one", Date="Mon, 2 Mar 2026 10:00:00 +0000")
    take(mailbox, "one", Date="Mon, 2 Mar 2026 11:00:00 +0000", Subject="Resent")
    assert Message.objects.count() == 2


def test_the_same_mail_again_is_known(mailbox: Channel) -> None:
    take(mailbox, "one", Date="Mon, 2 Mar 2026 10:00:00 +0000")
    take(mailbox, "one", Date="Mon, 2 Mar 2026 10:00:00 +0000", Received="by x; now")
    assert Message.objects.count() == 1


def test_long_and_missing_ids_do_no_harm(mailbox: Channel) -> None:
    take(mailbox, "x" * 1_900)
    take(mailbox, "none", Message_ID="")
    assert Message.objects.count() == 2
    many = " ".join(f"<{number}@x>" for number in range(900))
    take(mailbox, "many", References=many)
    assert Reference.objects.filter(message__text="many").count() <= 60


def test_who_is_away_opens_nothing_again(mailbox: Channel) -> None:
    first = take(mailbox, "one")
    close(first.conversation)
    away = {"Auto_Submitted": "auto-replied", "Subject": "Automatic reply: Tea"}
    take(mailbox, "two", In_Reply_To="<one@example.com>", **away)
    first.conversation.refresh_from_db()
    assert first.conversation.status == Conversation.Status.CLOSED
    assert Message.objects.filter(is_automatic=True).count() == 1


def test_a_customer_is_known_by_their_address(mailbox: Channel) -> None:
    first = take(mailbox, "one")
    assert take(mailbox, "two", From="Ann <ANN@Example.com>").conversation_id == first.conversation_id


PICTURE = b"""From: ann@example.com
Message-ID: <m@x>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html

<p onclick=x>hi<script>x</script><img src=cid:logo></p>
--b
Content-Type: text/html
Content-ID: <logo>
Content-Disposition: inline; filename=../../logo.html
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b--
"""


def test_markup_is_cleaned_and_files_are_kept(mailbox: Channel) -> None:
    message = inbound.take_now(mailbox, PICTURE, "m")
    assert message is not None
    assert message.html == '<p>hi<img data-cid="logo"></p>'
    (file,) = message.enclosures.all()
    assert (file.content_id, file.media_type) == ("logo", "image/png")
    assert "/" not in file.name


def close(conversation: Conversation, **fields: Any) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        status="closed", closed_at=conversation.opened_at, closed_because="solved", **fields
    )
