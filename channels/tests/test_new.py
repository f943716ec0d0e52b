import pytest
from django.test import Client
from django.urls import reverse

from channels import secrets
from channels.connectors import registry
from channels.connectors.arriving import Inbound
from channels.factories import channel
from channels.models import Channel
from channels.sandbox import playing
from channels.tests.test_list import signed_in
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db
URL = "channels:new"
SMTP = {
    "name": "Newsletter",
    "per_second": "10",
    "from_name": "澜山生活",
    "from_address": "news@example.com",
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "user": "ann",
    "password": "s3cret",
    "timeout": "20",
}


def test_first_the_connector_is_chosen(client: Client) -> None:
    page = signed_in(client, Role.ADMIN).get(reverse(URL)).content.decode()
    assert "?connector=smtp" in page
    assert "?connector=sandbox_http" in page


def test_a_channel_is_made(client: Client) -> None:
    signed_in(client, Role.ADMIN)
    assert "Mail server" in client.get(reverse(URL), {"connector": "smtp"}).content.decode()
    response = client.post(f"{reverse(URL)}?connector=smtp", SMTP)
    assert response.status_code == 302
    made = Channel.objects.get()
    assert (made.connector, made.kind, made.per_second) == ("smtp", "email", 10)
    assert made.config["host"] == "mail.example.com"
    assert "password" not in made.config
    assert secrets.unseal(made.secret) == {"password": "s3cret"}


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "Taken"},
        {"per_second": "-1"},
        {"per_second": "9" * 5000},
        {"from_address": ""},
        {"from_address": "news"},
        {"from_address": "a@b.test\r\nBcc: c@d.test"},
        {"from_address": "李@b.test"},
        {"host": ""},
        {"host": "a..b"},
        {"port": "0"},
        {"port": "70000"},
        {"security": "magic"},
        {"security": "none"},
        {"password": ""},
        {"password": "pässword"},
        {"user": "a\x00b"},
        {"timeout": "600"},
    ],
)
def test_bad_input_is_answered_with_a_sentence(client: Client, change: dict[str, str]) -> None:
    channel(name="Taken")
    response = signed_in(client, Role.ADMIN).post(f"{reverse(URL)}?connector=smtp", {**SMTP, **change})
    assert response.status_code == 422
    assert "s3cret" not in response.content.decode()
    assert Channel.objects.count() == 1


@pytest.mark.parametrize("connector", ["gone", "x" * 500, "<script>"])
def test_an_unknown_connector_leads_to_the_choice(client: Client, connector: str) -> None:
    page = signed_in(client, Role.ADMIN).get(reverse(URL), {"connector": connector}).content.decode()
    assert "?connector=smtp" in page


def test_a_password_in_the_clear_stays_inside_this_machine(client: Client) -> None:
    local = {**SMTP, "security": "none", "host": "localhost"}
    assert signed_in(client, Role.ADMIN).post(f"{reverse(URL)}?connector=smtp", local).status_code == 302


@pytest.mark.parametrize("role", [Role.MARKETING, Role.SALES])
def test_a_stranger_sees_nothing(client: Client, role: Role) -> None:
    signed_in(client, role)
    assert client.get(reverse(URL)).status_code == 404
    assert client.post(f"{reverse(URL)}?connector=smtp", SMTP).status_code == 404
    assert not Channel.objects.exists()


PLAYED = {
    "wechat_oa": {"mode": "safe"},
    "wecom": {"way": "kf"},
    "whatsapp": {},
    "twilio": {},
    "sms_http": {
        "method": "POST",
        "body": "json",
        "number_form": "plus",
        "to_field": "to",
        "text_field": "text",
        "proof": "hmac",
        "proof_header": "X-Signature",
        "from_in": "from",
        "text_in": "text",
        "id_in": "id",
        "status_in": "status",
    },
    "webhook_generic": {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "phone_cti": {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "pos": {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
}


@pytest.mark.parametrize("key", PLAYED)
def test_every_provider_can_be_set_up_and_played(client: Client, key: str) -> None:
    """With the sandbox nothing but a name is needed, and what a played customer says is signed."""
    signed_in(client, Role.ADMIN)
    where = f"{reverse(URL)}?connector={key}"
    assert client.get(where).status_code == 200
    response = client.post(where, {"name": "Played", "per_second": "0", "sandbox": "on", **PLAYED[key]})
    assert response.status_code == 302, response.content.decode()
    made = Channel.objects.get()
    page = client.get(response["Location"]).content.decode()
    assert f"http://127.0.0.1:8000/in/{made.token}/" in page
    known = secrets.unseal(made.secret)
    assert not any(word in page for word in known.values())
    connector = registry.get(key)
    for said in (playing.Said("Hello"), playing.Said("Again")):
        request = playing.payload(made, said, playing.Person("+8613800138000", "Ann"))
        assert connector.verify(request, made.config, known) == ""
        assert all(isinstance(one, Inbound) for one in connector.parse(request.raw, made.config, known))


@pytest.mark.parametrize("key", [key for key, fields in PLAYED.items() if "signing_secret" not in fields])
def test_without_the_sandbox_an_account_is_needed(client: Client, key: str) -> None:
    signed_in(client, Role.ADMIN)
    fields = {"name": "Real", "per_second": "0", **PLAYED[key]}
    assert client.post(f"{reverse(URL)}?connector={key}", fields).status_code == 422
    assert not Channel.objects.exists()
