import pytest
from django.test import Client
from django.urls import reverse

from channels.sandbox.factories import RAW, message
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


def page_of(client: Client, pk: int) -> str:
    return client.get(reverse("channels:sandbox-message", args=[pk])).content.decode()


def test_a_message_is_shown_in_a_frame_of_its_own(client: Client) -> None:
    one = message()
    page = page_of(signed_in(client, Role.MARKETING), one.pk)
    assert f'src="{reverse("channels:sandbox-html", args=[one.pk])}"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Ann &lt;ann@example.com&gt;" in page
    assert "alert(1)" not in page


def test_links_of_plain_text_can_be_clicked(client: Client) -> None:
    raw = b"Subject: x\r\n\r\nhttps://shop.test/ <script>alert(1)</script>\r\n"
    page = page_of(signed_in(client, Role.MARKETING), message(raw=raw).pk)
    assert 'href="https://shop.test/"' in page
    assert "<script>alert" not in page
    assert "<iframe" not in page


def test_unsubscribing_as_a_mail_program_does(client: Client) -> None:
    page = page_of(signed_in(client, Role.MARKETING), message().pk)
    assert 'action="/m/u/token/"' in page
    assert 'name="List-Unsubscribe" value="One-Click"' in page


def test_no_button_sends_a_form_elsewhere(client: Client) -> None:
    raw = RAW.replace(b"http://127.0.0.1:8000/m/", b"http://127.0.0.1:8000.evil.test/m/")
    assert "One-Click" not in page_of(signed_in(client, Role.MARKETING), message(raw=raw).pk)


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 500, b"Subject: " + b"=?" * 500, b"{"])
@pytest.mark.parametrize("protocol", ["smtp", "http"])
def test_odd_messages_are_shown(client: Client, raw: bytes, protocol: str) -> None:
    one = message(raw=raw, protocol=protocol, subject="")
    assert "(no subject)" in page_of(signed_in(client, Role.MARKETING), one.pk)


def test_phone_width(client: Client) -> None:
    url = reverse("channels:sandbox-message", args=[message().pk])
    assert "phone-wide" in signed_in(client, Role.MARKETING).get(url, {"width": "phone"}).content.decode()


def test_a_message_that_is_gone(client: Client) -> None:
    url = reverse("channels:sandbox-message", args=[999_999])
    assert signed_in(client, Role.MARKETING).get(url).status_code == 404


def test_a_stranger_sees_nothing(client: Client) -> None:
    url = reverse("channels:sandbox-message", args=[message().pk])
    assert signed_in(client, Role.SALES).get(url).status_code == 404
