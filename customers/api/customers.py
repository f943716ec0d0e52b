"""Customers for programs: list, read, find, upsert by the program's own number, change by id."""

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from crm.accounts.http import get_visible
from crm.accounts.models import User
from crm.api.auth import ApiRequest, Bearer, asked_by
from crm.api.errors import Answer
from crm.api.fields import Body, Cursor, Id, Key, Limit, Moment, Question, Source, Word
from crm.api.rows import each
from crm.lib.paging import keyset
from customers import search, services
from customers.api import arriving, likeness, outgoing
from customers.api.schemas import (
    CustomerIn,
    CustomerOut,
    CustomerPage,
    CustomerResult,
    CustomerResults,
    CustomerSaved,
    CustomerWord,
    KeyedCustomers,
    Kind,
    Tag,
    plain_value,
)
from customers.forms import keepers
from customers.identity.models import Profile
from customers.merging import chain
from customers.models import Customer

router = Router(tags=[gettext_noop("Customers")])
READ, WRITE = Bearer("customers:read"), Bearer("customers:write")
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
SORTS = {"id": "id", "-id": "-id", "activity": "touched_at", "-activity": "-touched_at"}


class CustomerQuestion(Question):
    kind: Kind | None = None
    city: Word | None = None
    tag: Tag | None = None
    owner: Annotated[str, Field(max_length=150)] | None = None
    touched_since: Moment | None = None
    sort: Literal["id", "-id", "activity", "-activity"] = "id"
    limit: Limit = 50
    cursor: Cursor = ""


class UpsertQuestion(Question):
    """Whether the answer counts the customers who may be the same."""

    duplicates: Annotated[
        Literal["check"] | None,
        Field(description="check: the answer counts who may be the same; nothing is held up by it."),
    ] = None


class SearchIn(Body):
    """What somebody remembers: a name, pinyin, initials, last digits, an address."""

    text: Annotated[str, Field(min_length=1, max_length=search.LONGEST_QUESTION)]
    limit: Limit = 20


@router.get("", response=CustomerPage, auth=READ, summary=gettext_noop("List customers"))
def list_customers(request: HttpRequest, asked: Query[CustomerQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    rows = outgoing.rows(asker, Customer.objects.visible_to(asker.user))
    given = {"kind": asked.kind, "city": asked.city, "owner__username": asked.owner}
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    if asked.tag:
        rows = rows.exclude(tags=[]).filter(tags__contains=[asked.tag])
    if asked.touched_since:
        rows = rows.filter(touched_at__gte=asked.touched_since)
    page = keyset(rows, SORTS[asked.sort], asked.cursor, size=asked.limit)
    return {"items": outgoing.shown(asker, page.rows), "next": page.next or None}


@router.post("/search", response=CustomerPage, auth=READ, summary=gettext_noop("Search customers"))
def search_customers(request: HttpRequest, asked: SearchIn) -> dict[str, Any]:
    asker = asked_by(request)
    found = search.find(Customer.objects.visible_to(asker.user), asked.text, asked.limit)
    rows = outgoing.rows(asker, Customer.objects.visible_to(asker.user)).in_bulk([one.pk for one in found])
    return {"items": outgoing.shown(asker, [rows[one.pk] for one in found if one.pk in rows]), "next": None}


@router.post(
    "/bulk",
    response=CustomerResults,
    auth=WRITE,
    summary=gettext_noop("Upsert up to 100 customers by their numbers"),
)
def upsert_customers(
    request: HttpRequest, asked: KeyedCustomers, question: Query[UpsertQuestion]
) -> CustomerResults:
    asker = asked_by(request, question)
    words = [_word(asker, one.source, one.key, one) for one in asked.items]
    with transaction.atomic():
        arrivals = arriving.Arrivals(words, by=asker.user)
        results = each(words, lambda word: _outcome(*arrivals.take(word))).results
        arrivals.finish()
    pks = [one.id for one in results if one.id]
    alike = likeness.counts(pks, asker.user) if question.duplicates else {}
    return CustomerResults(
        results=[
            CustomerResult(**one.model_dump(), possible_duplicates=alike.get(one.id or 0)) for one in results
        ]
    )


@router.get(
    "/by-key/{source}/{path:key}",
    response=CustomerOut,
    auth=READ,
    summary=gettext_noop("Read a customer by a program's number"),
)
def read_customer_by_key(
    request: HttpRequest, source: Source, key: Key, response: HttpResponse
) -> dict[str, Any]:
    asker = asked_by(request)
    profiles = Profile.objects.visible_to(asker.user).filter(source=source, source_key=key)
    return _one(asker, profiles.values_list("customer", flat=True).first() or 0, response)


@router.put(
    "/by-key/{source}/{path:key}",
    response={200: CustomerSaved, 201: CustomerSaved},
    auth=WRITE,
    summary=gettext_noop("Create or change a customer by a program's number"),
)
def upsert_customer(
    request: HttpRequest,
    source: Source,
    key: Key,
    asked: CustomerWord,
    question: Query[UpsertQuestion],
    response: HttpResponse,
) -> Status[dict[str, Any]]:
    asker = asked_by(request, question)
    word = _word(asker, source, key, asked)
    with transaction.atomic():
        arrivals = arriving.Arrivals([word], by=asker.user)
        customer, outcome = arrivals.take(word)
        arrivals.finish()
    saved = _one(asker, customer.pk, response)
    if question.duplicates:
        saved["possible_duplicates"] = likeness.counts([customer.pk], asker.user).get(customer.pk, 0)
    return Status(201 if outcome == arriving.CREATED else 200, saved)


@router.get("/{int:pk}", response=CustomerOut, auth=READ, summary=gettext_noop("Read a customer"))
def read_customer(request: HttpRequest, pk: Id, response: HttpResponse) -> dict[str, Any]:
    """Under its own number, or under that of a customer who became part of it."""
    return _one(asked_by(request), chain.current(pk), response)


@router.patch(
    "/{int:pk}",
    response=CustomerOut,
    auth=WRITE,
    summary=gettext_noop("Change a customer; If-Match names the version that was seen"),
    openapi_extra={"parameters": [IF_MATCH]},
)
def change_customer(
    request: HttpRequest,
    pk: Id,
    asked: CustomerIn,
    response: HttpResponse,
) -> dict[str, Any]:
    asker = asked_by(request)
    customer = get_visible(Customer.objects.visible_to(asker.user, "edit"), pk)
    version = _version(request.headers.get("If-Match", ""))
    if version != customer.version:
        raise Answer(412)
    try:
        arriving.change(customer, _fields(asker, asked), version=version, by=asker.user)
    except services.EditedMeanwhile as error:
        raise Answer(412, str(error)) from None
    return _one(asker, pk, response)


@router.delete(
    "/{int:pk}",
    response={204: None},
    auth=Bearer("customers:delete"),
    summary=gettext_noop("Delete a customer"),
)
def delete_customer(request: HttpRequest, pk: Id) -> Status[None]:
    asker = asked_by(request)
    services.remove(get_visible(Customer.objects.visible_to(asker.user, "delete"), pk), by=asker.user)
    return Status(204, None)


def _one(request: ApiRequest, pk: int, response: HttpResponse) -> dict[str, Any]:
    customer = get_visible(outgoing.rows(request, Customer.objects.visible_to(request.user)), pk)
    response["ETag"] = f'"{customer.version}"'
    return outgoing.shown(request, [customer])[0]


def _outcome(customer: Customer, outcome: str) -> tuple[int, str]:
    return customer.pk, outcome


def _version(text: str) -> int:
    if not text:
        raise Answer(428)
    digits = text.removeprefix("W/").strip('"')
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 9:
        raise Answer(412)
    return int(digits)


def _word(request: ApiRequest, source: str, key: str, asked: CustomerWord) -> arriving.Word:
    handles = []
    for index, one in enumerate(asked.identities):
        try:
            value = plain_value(one.kind, one.value)
        except ValueError as error:
            raise Answer(422, str(error), field=f"identities.{index}.value") from None
        handles += [(one.kind, value)] if value else []
    return arriving.Word(source, key, _fields(request, asked), handles)


def _fields(request: ApiRequest, asked: CustomerIn) -> dict[str, Any]:
    """What was said, with colleagues in place of their names."""
    said = {
        name: value
        for name, value in asked.model_dump(exclude_unset=True).items()
        if name in CustomerIn.model_fields
    }
    for name in ("name", "kind"):
        if name in said and not said[name]:
            raise Answer(422, _("This field is required."), field=name)
    if "owner" in said:
        said["owner"] = _owner(request, said["owner"])
    return said


def _owner(request: ApiRequest, username: str | None) -> User | None:
    if not request.user.may("customer", "assign"):
        raise Answer(422, _("The account may not hand over customers."), field="owner")
    if not username:
        return None
    found = keepers(request.user).filter(username=username).first()
    if found is None:
        raise Answer(422, _("No colleague has this name."), field="owner")
    return found
