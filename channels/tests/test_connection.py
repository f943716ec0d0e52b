import pytest
from django.test import Client
from django.urls import reverse

from channels.connectors.tests.providers import closed_port, serving, smtp
from channels.factories import channel
from channels.models import Channel
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


def at(port: int) -> Channel:
    config = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "n@b.test"}
    return channel(name="Letters", connector="smtp", config=config)


def test_a_server_that_answers(client: Client) -> None:
    with serving(smtp()) as provider:
        one = at(provider.port)
        url = reverse("channels:connection", args=[one.pk])
        page = signed_in(client, Role.ADMIN).post(url, follow=True).content.decode()
    assert "“Letters” answers." in page
    assert provider.messages == []


def test_a_server_that_does_not(client: Client) -> None:
    one = at(closed_port())
    url = reverse("channels:connection", args=[one.pk])
    page = signed_in(client, Role.ADMIN).post(url, follow=True).content.decode()
    assert "Letters: The server refused the connection" in page


def test_a_channel_without_its_connector(client: Client) -> None:
    url = reverse("channels:connection", args=[channel(connector="gone").pk])
    assert "cannot work" in signed_in(client, Role.ADMIN).post(url, follow=True).content.decode()


def test_looking_is_no_trying(client: Client) -> None:
    url = reverse("channels:connection", args=[at(1).pk])
    assert signed_in(client, Role.ADMIN).get(url).status_code == 405


def test_a_stranger_may_not(client: Client) -> None:
    one = at(1)
    url = reverse("channels:connection", args=[one.pk])
    assert signed_in(client, Role.MARKETING).post(url).status_code == 404
    one.refresh_from_db()
    assert one.last_error == ""
