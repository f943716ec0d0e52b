import pytest
from django.test import Client
from django.urls import reverse

from channels import secrets
from channels.factories import channel
from channels.models import Channel
from channels.tests.test_list import signed_in
from channels.tests.test_new import SMTP
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> Channel:
    config = {name: value for name, value in SMTP.items() if name not in ("name", "per_second", "password")}
    config |= {"port": 587, "timeout": 20, "reply_to": ""}  # type: ignore[dict-item]
    return channel(
        name="Newsletter", connector="smtp", config=config, secret=secrets.seal({"password": "stored-pw"})
    )


def url(of: Channel) -> str:
    return reverse("channels:edit", args=[of.pk])


def test_the_form_shows_everything_but_the_secret(client: Client, one: Channel) -> None:
    page = signed_in(client, Role.ADMIN).get(url(one)).content.decode()
    assert "mail.example.com" in page
    assert "stored-pw" not in page
    assert one.secret not in page


def test_an_empty_password_keeps_the_stored_one(client: Client, one: Channel) -> None:
    changed = {**SMTP, "password": "", "name": "Letters", "from_name": "Other"}
    assert signed_in(client, Role.ADMIN).post(url(one), changed).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.config["from_name"]) == ("Letters", "Other")
    assert secrets.unseal(one.secret) == {"password": "stored-pw"}


@pytest.mark.parametrize(
    "change", [{"host": "evil.example.com"}, {"user": "eve"}, {"port": "2525"}, {"security": "tls"}]
)
def test_the_stored_password_goes_to_no_other_server(
    client: Client, one: Channel, change: dict[str, str]
) -> None:
    signed_in(client, Role.ADMIN)
    assert client.post(url(one), {**SMTP, "password": "", **change}).status_code == 422
    one.refresh_from_db()
    assert one.config["host"] == "mail.example.com"
    assert client.post(url(one), {**SMTP, "password": "fresh", **change}).status_code == 302
    one.refresh_from_db()
    assert secrets.unseal(one.secret) == {"password": "fresh"}


def test_bad_input(client: Client, one: Channel) -> None:
    assert signed_in(client, Role.ADMIN).post(url(one), {**SMTP, "port": "x"}).status_code == 422


def test_a_missing_connector_or_channel_is_not_found(client: Client) -> None:
    signed_in(client, Role.ADMIN)
    assert client.get(url(channel(connector="gone"))).status_code == 404
    assert client.get(reverse("channels:edit", args=[999_999])).status_code == 404


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES])
def test_a_stranger_sees_nothing(client: Client, one: Channel, role: Role) -> None:
    signed_in(client, role)
    assert client.get(url(one)).status_code == 404
    assert client.post(url(one), {**SMTP, "name": "Hacked"}).status_code == 404
    one.refresh_from_db()
    assert one.name == "Newsletter"
