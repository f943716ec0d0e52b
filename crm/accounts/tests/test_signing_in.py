import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.policy import Role

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _forget_attempts() -> None:
    cache.clear()


def sign_in(client: Client, username: str, password: str = PASSWORD) -> int:
    return client.post(reverse("account_login"), {"login": username, "password": password}).status_code


def test_a_colleague_signs_in(client: Client) -> None:
    user = people.user(Role.SALES)
    assert sign_in(client, user.username) == 302
    assert client.get(reverse("customers:list")).status_code == 200


def test_a_stranger_is_sent_to_the_sign_in_page(client: Client) -> None:
    response = client.get(reverse("customers:list"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_wrong_password_is_refused_with_a_sentence(client: Client) -> None:
    user = people.user(Role.SALES)
    assert sign_in(client, user.username, "wrong") == 200


def test_guessing_is_stopped_after_five_tries(client: Client) -> None:
    user = people.user(Role.SALES)
    for _ in range(5):
        sign_in(client, user.username, "wrong")
    sign_in(client, user.username)
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up(client: Client) -> None:
    response = client.post(
        reverse("account_signup"), {"username": "eve", "email": "eve@evil.test", "password1": PASSWORD}
    )
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_deactivated_colleague_is_out_at_the_next_click(client: Client) -> None:
    user = people.user(Role.SALES)
    sign_in(client, user.username)
    user.is_active = False
    user.save()
    assert client.get(reverse("customers:list")).status_code == 302


def test_a_changed_password_ends_the_other_sessions(client: Client) -> None:
    user = people.user(Role.SALES)
    sign_in(client, user.username)
    user.set_password("another correct horse")
    user.save()
    assert client.get(reverse("customers:list")).status_code == 302


@override_settings(PUBLIC_URL="https://crm.example.com", ALLOWED_HOSTS=["*"])
def test_the_reset_link_never_trusts_the_host_header(client: Client) -> None:
    user = people.user(Role.SALES)
    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"host": "evil.test"})
    text = str(mail.outbox[0].message().get_payload(decode=True) or mail.outbox[0].body)
    assert "https://crm.example.com/account/password/reset/key/" in text
    assert "evil.test" not in text


@override_settings(MFA_REQUIRED=True)
def test_where_a_second_factor_is_asked_for_nobody_works_without_one(client: Client) -> None:
    client.force_login(people.user(Role.SALES))
    response = client.get(reverse("customers:list"))
    assert response.status_code == 302
    assert response["Location"] == reverse("mfa_index")


def test_signed_in_pages_are_kept_by_no_cache(client: Client) -> None:
    client.force_login(people.user(Role.SALES))
    response = client.get(reverse("customers:list"))
    assert response["Cache-Control"] == "private, no-store"
    assert "Cookie" in response["Vary"]


def test_an_address_with_a_nul_gets_a_sentence(client: Client) -> None:
    client.force_login(people.user(Role.SALES))
    for address in ("/customers/?q=%00", "/customers/%00/"):
        assert client.get(address).status_code == 400
