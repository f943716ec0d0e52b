"""Tokens and the reference as people handle them."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.api import services
from crm.api.models import Token
from crm.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_a_token_is_shown_once_and_works(client: Client, operator: User) -> None:
    client.force_login(operator)
    said = {"name": "Shop", "scopes": ["customers:read"], "days": "30"}
    page = client.post(reverse("api:token-new"), said).content.decode()
    token = Token.objects.get()
    secret = page.partition(f"crm_{token.prefix}_")[2].partition('"')[0]

    assert (token.user, token.name, len(secret)) == (operator, "Shop", 43)
    assert services.find(f"crm_{token.prefix}_{secret}") == token
    assert secret not in client.get(reverse("api:tokens")).content.decode()
    assert AuditEntry.objects.get(action="token.created").detail["scopes"] == ["customers:read"]


def test_nobody_makes_a_token_for_a_colleague_or_beyond_their_rights(client: Client) -> None:
    marketer, other = people.user(Role.MARKETING), people.user(Role.OPERATIONS)
    client.force_login(marketer)
    said = {"name": "Shop", "scopes": ["orders:write"], "days": "30", "user": other.pk, "per_minute": 99}
    assert client.post(reverse("api:token-new"), said).status_code == 422
    said["scopes"] = ["orders:read"]
    client.post(reverse("api:token-new"), said)
    assert (Token.objects.get().user, Token.objects.get().per_minute) == (marketer, 1200)
    client.force_login(people.user(Role.SALES))
    assert client.get(reverse("api:tokens")).status_code == 404


def test_an_administrator_makes_an_account_for_a_program_and_a_token_for_it(client: Client) -> None:
    client.force_login(people.user(Role.ADMIN))
    client.post(reverse("api:integration-new"), {"name": "Shop", "roles": ["operations"]})
    program = User.objects.get(name="Shop")
    assert not program.has_usable_password()

    said = {"name": "Shop", "scopes": ["orders:write"], "days": "90", "user": program.pk, "per_minute": 99}
    assert client.post(reverse("api:token-new"), said).status_code == 200
    assert (Token.objects.get().user, Token.objects.get().per_minute) == (program, 99)
    colleague = people.user(Role.OPERATIONS)
    assert client.post(reverse("api:token-new"), {**said, "user": colleague.pk}).status_code == 422


def test_a_token_is_revoked_by_its_owner_only(client: Client, operator: User) -> None:
    token = services.create(operator, "Shop", ["orders:read"], days=30, by=operator).token
    path = reverse("api:token-revocation", args=[token.pk])
    client.force_login(people.user(Role.OPERATIONS))
    assert client.post(path).status_code == 404
    client.force_login(operator)
    client.post(path)
    token.refresh_from_db()
    assert token.revoked_at


def test_the_reference_names_every_endpoint_and_loads_nothing_from_elsewhere(
    client: Client, operator: User
) -> None:
    client.force_login(operator)
    page = client.get(reverse("api:reference")).content.decode()
    assert "/api/v1/touchpoints/bulk" in page
    assert "touchpoints:write" in page
    assert "//cdn" not in page


def test_the_document_is_for_colleagues_and_tokens(client: Client, operator: User) -> None:
    path = reverse("api:schema")
    assert client.get(path).status_code == 401
    made = services.create(operator, "Shop", ["orders:read"], days=30, by=operator)
    document = client.get(path, headers={"Authorization": f"Bearer {made.secret}"}).json()
    assert document["openapi"].startswith("3.")
    assert document["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
