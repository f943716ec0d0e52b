import pytest
from django.test import Client
from django.urls import reverse

from channels.sandbox.factories import message
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


def url(pk: int) -> str:
    return reverse("channels:sandbox-html", args=[pk])


def test_the_frame_may_do_nothing_but_show_the_message(client: Client) -> None:
    response = signed_in(client, Role.MARKETING).get(url(message().pk))
    policy = response.headers["Content-Security-Policy"]
    directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert directives == {
        "sandbox": "allow-popups allow-popups-to-escape-sandbox",
        "default-src": "'none'",
        "img-src": "'self'",
        "style-src": "'unsafe-inline'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_links_open_in_a_tab_of_their_own(client: Client) -> None:
    page = signed_in(client, Role.MARKETING).get(url(message().pk)).content.decode()
    assert page.startswith('<!doctype html><base target="_blank">')
    assert "<p onclick=x>Dear Ann</p>" in page


def test_a_message_without_html_is_an_empty_page(client: Client) -> None:
    one = message(raw=b"Subject: x\r\n\r\nplain")
    assert signed_in(client, Role.MARKETING).get(url(one.pk)).status_code == 200


def test_a_stranger_sees_nothing(client: Client) -> None:
    assert signed_in(client, Role.SALES).get(url(message().pk)).status_code == 404


def test_nobody_without_a_sign_in_sees_it(client: Client) -> None:
    assert client.get(url(message().pk)).status_code == 302
