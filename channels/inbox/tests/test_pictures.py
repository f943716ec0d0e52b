"""Pictures of other hosts in a mail: held back, fetched by us when asked, shown from what we keep."""

from ssl import SSLContext

import pytest
from django.test import Client
from django.urls import reverse

from channels import factories
from channels.connectors.base import Rejected
from channels.inbox import media, pictures
from channels.inbox.models import Enclosure, Message, TrustedSender
from channels.mail import blobs, cleaning
from channels.models import Channel
from channels.sandbox.provider_side import picture
from crm.accounts.models import User
from crm.lib.tests.test_fetching import HOST, shop
from customers import factories as customers

__all__ = ["shop"]

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
LOGO, WATCH = "https://cdn.test/logo.png", "https://watch.test/pixel.gif"
MAIL = f'<p>New!</p><img src="{LOGO}"><img src="http://127.0.0.1/x.png"><img width="1" src="{WATCH}">'


@pytest.fixture
def mail(seller: User, channel: Channel) -> Message:
    talk = factories.conversation(customers.customer(owner=seller), channel=channel)
    return factories.message(talk, html=cleaning.clean(MAIL), address="News@Shop.example")


@pytest.fixture
def as_seller(seller: User) -> Client:
    client = Client(headers=ENGLISH)
    client.force_login(seller)
    return client


def bar(mail: Message) -> str:
    return reverse("inbox:pictures", args=[mail.conversation_id, mail.pk])


def frame(client: Client, mail: Message) -> str:
    return client.get(reverse("inbox:html", args=[mail.conversation_id, mail.pk])).content.decode()


def test_they_are_fetched_once_and_only_when_asked(mail: Message, as_seller: Client) -> None:
    assert "2 pictures of other servers" in as_seller.get(bar(mail)).content.decode()
    assert not Enclosure.objects.exists()
    for _again in range(2):
        assert "being fetched" in as_seller.post(bar(mail)).content.decode()
    asked = {one.reference for one in Enclosure.objects.all()}
    assert asked == {f"picture:{LOGO}", "picture:http://127.0.0.1/x.png"}


def test_what_was_fetched_is_shown_without_a_request(mail: Message, as_seller: Client) -> None:
    as_seller.post(bar(mail))
    data = picture("logo")
    rows = Enclosure.objects.filter(reference__endswith=LOGO)
    rows.update(state="kept", digest=blobs.keep(data), size=len(data))
    answer = as_seller.get(reverse("inbox:html", args=[mail.conversation_id, mail.pk]))
    assert answer.content.decode().count(' src="data:image/png;base64,') == 1
    assert "img-src data:;" in answer.headers["Content-Security-Policy"]
    # It belongs to the text: no file to download.
    page = as_seller.get(reverse("inbox:conversation", args=[mail.conversation_id])).content.decode()
    assert reverse("inbox:file", args=[mail.conversation_id, rows.get().pk]) not in page


def test_nobody_makes_us_read_our_own_network(mail: Message, as_seller: Client) -> None:
    as_seller.post(bar(mail))
    inside = Enclosure.objects.get(reference__contains="127.0.0.1")
    media.fetch(inside.pk)
    inside.refresh_from_db()
    assert (inside.state, inside.reason) == ("lost", "forbidden_address")
    Enclosure.objects.exclude(pk=inside.pk).update(state="lost", reason="not_reached")
    assert "2 pictures could not be fetched" in as_seller.get(bar(mail)).content.decode()


def test_what_is_no_picture_is_not_kept(
    shop: tuple[int, SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.lib.fetching.is_public", lambda address: True)
    url = f"picture:https://{HOST}:{shop[0]}/logo.png"
    found = pictures.fetch(url, resolve=lambda host, port: ["127.0.0.1"], context=shop[1])
    assert found == Rejected("no_picture", permanent=True)


def test_a_trusted_sender_is_asked_for_only_once_and_only_by_who_trusts(
    mail: Message, as_seller: Client, operator: User
) -> None:
    as_seller.post(bar(mail), {"trust": "on"})
    other = factories.message(mail.conversation, html=mail.html, address="news@shop.example")
    assert 'hx-trigger="load"' in as_seller.get(bar(other)).content.decode()
    as_operator = Client(headers=ENGLISH)
    as_operator.force_login(operator)
    assert "Show pictures" in as_operator.get(bar(other)).content.decode()
    as_seller.post(bar(other), {"trust": "off"})
    assert not TrustedSender.objects.exists()
    assert not other.enclosures.exists()
