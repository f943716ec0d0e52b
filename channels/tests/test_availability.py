import pytest
from django.test import Client
from django.urls import reverse

from channels.factories import channel
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


def test_off_and_on_again(client: Client) -> None:
    one = channel()
    url = reverse("channels:availability", args=[one.pk])
    signed_in(client, Role.ADMIN)
    assert client.post(url).status_code == 302
    one.refresh_from_db()
    assert not one.enabled
    client.post(url, {"enabled": "1"})
    one.refresh_from_db()
    assert one.enabled


def test_looking_changes_nothing(client: Client) -> None:
    one = channel()
    url = reverse("channels:availability", args=[one.pk])
    assert signed_in(client, Role.ADMIN).get(url).status_code == 405


def test_a_stranger_may_not(client: Client) -> None:
    one = channel()
    url = reverse("channels:availability", args=[one.pk])
    assert signed_in(client, Role.MARKETING).post(url).status_code == 404
    one.refresh_from_db()
    assert one.enabled
