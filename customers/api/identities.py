"""Identities for programs: what a customer can be recognised by, and whom a handle means."""

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from crm.accounts.http import get_visible
from crm.api.auth import Bearer, asked_by, sent
from crm.api.errors import Answer
from crm.api.fields import Body, Id, Source
from crm.lib.errors import Refused
from customers.api import arriving, outgoing
from customers.api.schemas import CustomerPage, IdentityIn, IdentityKind, IdentityOut, plain_value
from customers.identity import stating
from customers.identity.models import Identity
from customers.imports import problems
from customers.imports.matching import scope_of
from customers.merging import chain
from customers.models import Customer

router = Router(tags=[gettext_noop("Identities")])
READ, WRITE = Bearer("customers:read"), Bearer("customers:write")
MOST_SHOWN = 200
# How many of those who share a number are shown.
MOST_FOUND = 20


class Identities(BaseModel):
    items: list[IdentityOut]


class HandleQuestion(Body):
    """A handle to look up; in a body, because addresses are written into logs."""

    kind: IdentityKind
    value: Annotated[str, Field(min_length=1, max_length=254)]
    source: Source | None = None


class NewIdentity(IdentityIn):
    source: Source


@router.post(
    "/identities/search", response=CustomerPage, auth=READ, summary=gettext_noop("Find whom a handle means")
)
def search_identities(request: HttpRequest, asked: HandleQuestion) -> dict[str, Any]:
    asker = asked_by(request)
    known = Identity.objects.visible_to(asker.user).attached()
    known = known.filter(kind=asked.kind, value=_value(asked.kind, asked.value))
    if asked.source and asked.kind not in Identity.SHARED:
        known = known.filter(scope=scope_of(asked.kind, asked.source))
    ids = known.order_by().values_list("profile__customer", flat=True).distinct()[:MOST_FOUND]
    rows = outgoing.rows(asker, Customer.objects.visible_to(asker.user)).filter(pk__in=list(ids))
    return {"items": outgoing.shown(asker, list(rows.order_by("pk"))), "next": None}


@router.get(
    "/customers/{int:pk}/identities",
    response=Identities,
    auth=READ,
    summary=gettext_noop("Read what a customer can be recognised by"),
)
def list_identities(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    customer = get_visible(Customer.objects.visible_to(asker.user), chain.current(pk))
    known = Identity.objects.visible_to(asker.user).attached().filter(profile__customer=customer)
    found = list(known.order_by("pk")[:MOST_SHOWN])
    sent(asker, len(found))
    is_clear = bool(outgoing.readable(asker, [customer]))
    return {"items": [_shown(one, is_clear=is_clear) for one in found]}


@router.post(
    "/customers/{int:pk}/identities",
    response={200: Identities},
    auth=WRITE,
    summary=gettext_noop("Add an identity to a customer"),
)
@transaction.atomic
def add_identity(request: HttpRequest, pk: Id, asked: NewIdentity) -> dict[str, Any]:
    asker = asked_by(request)
    rows = Customer.objects.visible_to(asker.user, "edit").select_for_update()
    customer = get_visible(rows, chain.current(pk))
    value, scope = _value(asked.kind, asked.value), scope_of(asked.kind, asked.source)
    if asked.kind not in Identity.SHARED and _is_anothers(customer, asked.kind, scope, value):
        raise Refused(str(problems.sentence("card_of_another")))
    stating.add(customer, arriving.OURSELVES, (asked.kind, scope, value), by=asker.user)
    return list_identities(request, pk)


@router.delete(
    "/customers/{int:pk}/identities/{int:identity}",
    response={204: None},
    auth=WRITE,
    summary=gettext_noop("Detach an identity from a customer"),
)
def detach_identity(request: HttpRequest, pk: Id, identity: Id) -> Status[None]:
    asker = asked_by(request)
    known = Identity.objects.visible_to(asker.user, "edit").attached()
    stating.detach(get_visible(known.filter(profile__customer=chain.current(pk)), identity), by=asker.user)
    return Status(204, None)


def _is_anothers(customer: Customer, kind: str, scope: str, value: str) -> bool:
    """Whether somebody else holds it, seen or not: the database allows it only once."""
    held = stating.holder_of(kind, scope, value)
    return held is not None and held != customer.pk


def _value(kind: str, text: str) -> str:
    try:
        value = plain_value(kind, text)
    except ValueError as error:
        raise Answer(422, str(error), field="value") from None
    if not value:
        raise Answer(422, str(problems.sentence("bad_choice")), field="value")
    return value


def _shown(one: Identity, *, is_clear: bool) -> dict[str, Any]:
    value = one.value if is_clear or one.kind not in Identity.SHARED else outgoing.masked(one.kind, one.value)
    named = ("id", "kind", "scope", "source", "confidence", "verified_at", "first_seen_at", "last_seen_at")
    return {**{name: getattr(one, name) for name in named}, "value": value}
