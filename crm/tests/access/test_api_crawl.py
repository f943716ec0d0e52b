"""The crawl with tokens: every endpoint × a token of every role × ways in which a customer is held."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from channels.models import Channel
from crm.accounts.policy import Role
from crm.api.scopes import offered_to
from crm.api.tests.caller import Answer, Caller
from crm.endpoints import api
from crm.tests.access import oracle
from crm.tests.access.api_rules import ASKS, Ask
from crm.tests.access.test_crawl import CONTACT, digest, visible
from crm.tests.access.world import CANARY, World
from customers.identity.models import Identity
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HELD = ("own", "other", "restricted elsewhere", "deleted")


def test_every_endpoint_has_a_rule() -> None:
    operations = api.get_openapi_schema(path_prefix="")["paths"].values()
    assert {one["operationId"] for methods in operations for one in methods.values()} == set(ASKS)


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMIN, Role.AUDITOR)])
def test_a_token_sees_and_changes_only_what_the_oracle_allows(role: Role, world: World) -> None:
    cache.clear()
    who = f"{role}-north"
    user = world.users[who]
    caller = Caller(user, *[key for key, _scope in offered_to(user) if key != "contacts:read"])
    before = digest()
    holes = [
        hole
        for name, ask in ASKS.items()
        for holding in (HELD if ask.acts else HELD[:1])
        for hole in holes_of(name, ask, holding, who, world, caller)
    ]
    assert holes == []
    assert digest() == before


def holes_of(name: str, ask: Ask, holding: str, who: str, world: World, caller: Caller) -> Iterator[str]:
    is_allowed = oracle.may(who, *ask.needs) and (not ask.acts or oracle.may_customer(who, ask.acts, holding))
    with transaction.atomic():
        answer = put(ask, world, world.customers[holding], caller)
        # What a denied request did must show in the digest.
        transaction.set_rollback(is_allowed)
    where = f"{name} ({holding}) → {answer.status}"
    if answer.status >= 500:
        yield f"{where}: crashed"
    if is_allowed == was_denied(answer):
        yield f"{where}: should be {'open' if is_allowed else 'closed'}: {answer.data}"
    text = json.dumps(answer.data)
    for number in {int(found) for found in CANARY.findall(text)} - visible(who, world) - {0}:
        yield f"{where}: shows customer {number}"
    if found := CONTACT.search(text):
        yield f"{where}: shows a contact in clear: {found[0]}"


def put(ask: Ask, world: World, customer: Customer, caller: Caller) -> Answer:
    things = {
        "pk": customer.pk,
        "order": customer.orders.get(source="shop", external_id__startswith="CANARY").pk,
        "task": customer.tasks.get().pk,
        "identity": Identity.objects.get(profile__customer=customer, kind="card").pk,
        "merge": customer.merges.get().pk,
        "talk": customer.conversations.get().pk,
        "segment": getattr(world.segment, "pk", 0),
        "redemption": getattr(world.redemption, "pk", 0),
    }
    path = ask.path.format(**things)
    body = filled(ask.body, str(customer.pk)) if ask.body else None
    return caller.ask(ask.method, path, body, **ask.headers)


def filled(value: Any, pk: str) -> Any:
    """The body with the customer's number: alone where it stands for the customer, else inside a text."""
    if isinstance(value, dict):
        return {
            name: int(pk) if one == "{pk}" and name in ("id", "customer") else filled(one, pk)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [filled(one, pk) for one in value]
    if value == "{channel}":
        return Channel.objects.values_list("pk", flat=True)[0]
    if value == "{twin}":
        return Customer.objects.get(name=f"CANARY-{pk}-twin").pk
    return value.replace("{pk}", pk) if isinstance(value, str) else value


def was_denied(answer: Answer) -> bool:
    if answer.status == 200 and isinstance(answer.data, dict) and "results" in answer.data:
        return all(one["status"] == "error" for one in answer.data["results"])
    return answer.status in (403, 404, 409, 422)
