"""Files in answers over channels where each file is a message of its own."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from channels import factories, secrets
from channels.direct.models import DirectMessage
from channels.inbox import sending, services
from channels.inbox.enclosing import Kept, keep
from channels.inbox.models import Conversation, Enclosure, Message
from channels.models import Channel
from channels.sandbox import provider_side
from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import factories as customers

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Channel:
    config = {"sandbox": True, "app_id": "wx1"}
    secret = secrets.seal({"app_secret": "s"})
    return factories.channel(connector="wechat_oa", kind="wechat", config=config, secret=secret)


@pytest.fixture
def asked(seller: User, account: Channel) -> Conversation:
    found = factories.conversation(customers.customer(owner=seller), channel=account)
    factories.message(found, address="o6_bmjrPTlm6_2sgVt7hMZOPfL2M")
    return found


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def pictures(*names: str) -> list[Kept]:
    return keep([upload(f"{name}.png", provider_side.picture(name)) for name in names])


def test_words_and_each_file_are_messages_of_their_own(
    asked: Conversation, account: Channel, seller: User
) -> None:
    first = services.reply(asked, account, "Here.", by=seller, files=pictures("a", "b"), client_token="t")
    assert services.reply(asked, account, "Here.", by=seller, client_token="t") == first
    said = list(asked.messages.filter(direction="out").order_by("pk"))
    assert [one.text for one in said] == ["Here.", "", ""]
    written = list(DirectMessage.objects.order_by("pk"))
    assert [[file["name"] for file in one.files] for one in written] == [[], ["a.png"], ["b.png"]]
    # They arrive in their order.
    assert [one.due_at for one in written] == sorted(one.due_at for one in written)
    asked.refresh_from_db()
    assert asked.preview == "b.png"

    sending.withdraw(first, by=seller)
    assert not asked.messages.filter(direction="out").exists()
    assert {one.state for one in DirectMessage.objects.all()} == {DirectMessage.State.SKIPPED}


def test_a_file_that_the_channel_does_not_take_is_refused_in_words(
    asked: Conversation, account: Channel, as_seller: Client
) -> None:
    page = as_seller.get(reverse("inbox:conversation", args=[asked.pk])).content.decode()
    assert "GIF, JPG, MP3, MP4, PNG" in page
    answer = as_seller.post(
        reverse("inbox:replies", args=[asked.pk]),
        {"channel": account.pk, "text": "", "files": upload("offer.txt", b"two for one")},
        headers={"HX-Request": "true"},
    )
    assert "offer.txt" in answer.headers["HX-Trigger"] + answer.content.decode()
    assert not Enclosure.objects.exists()
    assert not DirectMessage.objects.exists()


def test_no_more_messages_than_the_window_lets_through(
    asked: Conversation, account: Channel, seller: User
) -> None:
    with pytest.raises(Refused, match="5"):
        services.reply(asked, account, "Here.", by=seller, files=pictures(*"abcde"))
    services.reply(asked, account, "", by=seller, files=pictures(*"abcde"))
    assert Message.objects.filter(direction="out").count() == 5


def test_where_no_files_go_it_says_so(seller: User) -> None:
    config: dict[str, Any] = {"account_sid": "AC1", "from_number": "+10000000000"}
    phone = factories.channel(connector="twilio", kind="sms", config=config)
    found = factories.conversation(customers.customer(owner=seller, phone="+8613800138000"), channel=phone)
    factories.message(found, address="+8613800138000")
    with translation.override("en"), pytest.raises(Refused, match="No files"):
        services.reply(found, phone, "Here.", by=seller, files=pictures("a"))
