import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from channels.campaigns.models import Tally
from channels.factories import campaign, channel
from crm.accounts.factories import user
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db
URL = "channels:list"


def signed_in(client: Client, *roles: Role) -> Client:
    client.force_login(user(*roles))
    client.cookies["django_language"] = "en"
    return client


def test_each_channel_says_how_it_is_doing(client: Client) -> None:
    now = timezone.now()
    working = channel(name="Newsletter", last_sent_at=now)
    channel(name="Broken", last_error_at=now, last_error="refused")
    channel(name="Bounced", last_sent_at=now, last_error_at=now, last_error="recipient: 550 5.1.1 no")
    channel(name="Old", enabled=False)
    channel(name="Lost", connector="gone")
    run = campaign(channel=working)
    Tally.objects.create(campaign=run, what="accepted", count=1234)
    Tally.objects.create(campaign=run, what="failed", reason="550", count=5)
    page = signed_in(client, Role.ADMIN).get(reverse(URL)).content.decode()
    for text in ("Newsletter", "Working", "1,234", "In trouble", "The server refused the connection"):
        assert text in page
    for text in ("Switched off", "Connector missing", "550 5.1.1 no"):
        assert text in page


def test_nothing_yet(client: Client) -> None:
    assert "There is no channel yet" in signed_in(client, Role.ADMIN).get(reverse(URL)).content.decode()


def test_who_may_only_look_sees_no_buttons(client: Client) -> None:
    one = channel()
    page = signed_in(client, Role.MARKETING).get(reverse(URL)).content.decode()
    assert one.name in page
    for name in ("connection", "availability", "edit"):
        assert reverse(f"channels:{name}", args=[one.pk]) not in page


def test_secrets_are_not_on_the_page(client: Client) -> None:
    channel(secret="sealed-secret")
    assert "sealed-secret" not in signed_in(client, Role.ADMIN).get(reverse(URL)).content.decode()


def test_a_stranger_sees_nothing(client: Client) -> None:
    assert signed_in(client, Role.SALES).get(reverse(URL)).status_code == 404


def test_many_channels_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in(client, Role.ADMIN)
    for _ in range(30):
        Tally.objects.create(campaign=campaign(), what="accepted", count=1)
    client.get(reverse(URL))  # the first visit of a session is written down
    with django_assert_max_num_queries(4):
        client.get(reverse(URL))
