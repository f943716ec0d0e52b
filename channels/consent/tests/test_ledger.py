"""The consent page of a customer and what colleagues add to it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels.consent import services
from channels.consent.models import Consent, ConsentEntry, Purpose, State
from crm.accounts.factories import user
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.factories import customer
from customers.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> User:
    return user(Role.SALES)


@pytest.fixture
def own(seller: User) -> Customer:
    return customer(owner=seller, name="李小龙")


def entry(**fields: str) -> dict[str, str]:
    return {"state": "granted", "purpose": "marketing", "channel": "email", "reason": "said so", **fields}


def test_the_page_shows_state_and_proof(client: Client, seller: User, own: Customer) -> None:
    services.grant(own, Purpose.MARKETING, "email", source="till", evidence={"form": "paper form 7"})
    client.force_login(seller)
    page = client.get(reverse("consent:ledger", args=[own.pk])).content.decode()
    assert "paper form 7" in page


def test_strangers_find_nothing(client: Client, own: Customer) -> None:
    for role in (Role.SALES, Role.AUDITOR):
        client.force_login(user(role))
        assert client.get(reverse("consent:ledger", args=[own.pk])).status_code == 404
        assert client.post(reverse("consent:entries", args=[own.pk]), entry()).status_code == 404
    assert not ConsentEntry.objects.exists()


def test_marketing_may_look_but_not_allow_itself_anything(client: Client, own: Customer) -> None:
    client.force_login(user(Role.MARKETING))
    page = client.get(reverse("consent:ledger", args=[own.pk]))
    assert page.status_code == 200
    assert b"<textarea" not in page.content
    assert b'name="reason"' not in page.content
    assert client.post(reverse("consent:entries", args=[own.pk]), entry()).status_code == 404


def test_what_the_customer_said_is_added_with_who_heard_it(
    client: Client, seller: User, own: Customer
) -> None:
    client.force_login(seller)
    url = reverse("consent:entries", args=[own.pk])
    assert client.post(url, entry()).status_code == 302
    assert client.post(url, entry(state="withdrawn", reason="called us")).status_code == 302
    last = ConsentEntry.objects.latest("pk")
    assert (last.state, last.by, last.source, last.evidence) == (
        "withdrawn",
        seller,
        "staff",
        {"reason": "called us"},
    )
    assert Consent.objects.get().state == State.WITHDRAWN


@pytest.mark.parametrize(
    "fields",
    [{"reason": ""}, {"purpose": "spying"}, {"channel": "pigeon"}, {"state": "maybe"}, {"reason": "x" * 301}],
)
def test_what_is_incomplete_is_not_written(
    client: Client, seller: User, own: Customer, fields: dict[str, str]
) -> None:
    client.force_login(seller)
    response = client.post(reverse("consent:entries", args=[own.pk]), entry(**fields))
    assert response.status_code == 422
    assert not ConsentEntry.objects.exists()


def test_the_panel_names_each_channel(client: Client, seller: User, own: Customer) -> None:
    services.grant(own, Purpose.MARKETING, "sms", source="till")
    client.force_login(seller)
    page = client.get(reverse("customers:panel", args=[own.pk, "consent"]))
    assert page.status_code == 200
    assert reverse("consent:ledger", args=[own.pk]).encode() in page.content


def test_the_page_costs_few_queries(
    client: Client, seller: User, own: Customer, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        services.grant(own, Purpose.SURVEY, "email", source=f"form {number}", by=seller)
    client.force_login(seller)
    url = reverse("consent:ledger", args=[own.pk])
    client.get(url)  # the first visit also notes the session
    with django_assert_max_num_queries(8):
        client.get(url)


def test_older_words_are_on_the_next_page(client: Client, seller: User, own: Customer) -> None:
    for number in range(25):
        services.grant(own, Purpose.SURVEY, "email", source=f"form-{number}", by=seller)
    client.force_login(seller)
    page = client.get(reverse("consent:ledger", args=[own.pk]))
    assert b"form-24" in page.content
    assert b"form-0 " not in page.content
    forged = client.get(reverse("consent:ledger", args=[own.pk]), {"cursor": "x"})
    assert forged.status_code == 400


def test_the_ledger_is_read_only_in_the_admin(client: Client, own: Customer) -> None:
    services.grant(own, Purpose.MARKETING, "email", source="till")
    client.force_login(user(Role.OPERATIONS, is_staff=True))
    pk = ConsentEntry.objects.get().pk
    for name, method in (("add", "post"), ("change", "post"), ("delete", "post")):
        arguments = [] if name == "add" else [pk]
        response = getattr(client, method)(reverse(f"admin:consent_consententry_{name}", args=arguments), {})
        assert response.status_code in (403, 404)
    assert ConsentEntry.objects.count() == 1
