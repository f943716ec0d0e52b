"""Merges for programs: join customers, see which were joined, take one back."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from crm.accounts.http import get_visible
from crm.api.auth import Bearer, asked_by, sent
from crm.api.errors import Answer
from crm.api.fields import Body, Id, Question
from customers.merging import chain, reading, services
from customers.merging.models import Merge
from customers.merging.previewing import MOST
from customers.models import Customer

router = Router(tags=[gettext_noop("Customers")])
READ, MERGE = Bearer("customers:read"), Bearer("customers:merge")
MOST_SHOWN = 200
FieldName = Annotated[str, Field(max_length=60)]


class MergeIn(Body):
    """Who is to become part of this customer. `winners` says, field by field, whose value stays."""

    absorbed: Annotated[list[Id], Field(min_length=1, max_length=MOST - 1)]
    winners: dict[FieldName, Id] = {}


class MergeOut(BaseModel):
    id: int
    survivor: int
    absorbed: int
    cause: str
    at: datetime
    fields: list[str]
    undone_at: datetime | None


class Merges(BaseModel):
    items: list[MergeOut]


class UndoQuestion(Question):
    """Whether to take it back although things changed since."""

    despite: bool = False


@router.get(
    "/customers/{int:pk}/merges",
    response=Merges,
    auth=READ,
    summary=gettext_noop("List who became part of a customer"),
)
def list_merges(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    customer = get_visible(Customer.objects.visible_to(asker.user), chain.current(pk))
    found = list(reading.merges_of(customer)[:MOST_SHOWN])
    sent(asker, len(found))
    return {"items": [_shown(one) for one in found]}


@router.post(
    "/customers/{int:pk}/merges",
    response={201: Merges},
    auth=MERGE,
    summary=gettext_noop("Make other customers part of a customer"),
)
def merge_customers(request: HttpRequest, pk: Id, asked: MergeIn) -> Status[dict[str, Any]]:
    asker = asked_by(request)
    rows = Customer.objects.visible_to(asker.user, "merge")
    survivor = get_visible(rows, pk)
    absorbed = list(rows.filter(pk__in=asked.absorbed))
    if missing := set(asked.absorbed) - {one.pk for one in absorbed}:
        raise Answer(404, _("There is no customer %(number)s.") % {"number": min(missing)})
    made = services.merge(survivor, absorbed, by=asker.user, winners=asked.winners, cause=Merge.Cause.API)
    return Status(201, {"items": [_shown(one) for one in made]})


@router.delete(
    "/customers/{int:pk}/merges/{int:merge}",
    response={204: None},
    auth=MERGE,
    summary=gettext_noop("Take a merge back; 409 when things changed since, unless despite is true"),
)
def undo_merge(request: HttpRequest, pk: Id, merge: Id, asked: Query[UndoQuestion]) -> Status[None]:
    asker = asked_by(request, asked)
    customer = get_visible(Customer.objects.visible_to(asker.user, "merge"), pk)
    services.undo(get_visible(reading.merges_of(customer), merge), by=asker.user, despite=asked.despite)
    return Status(204, None)


def _shown(one: Merge) -> dict[str, Any]:
    return {
        "id": one.pk,
        "survivor": one.survivor_id,
        "absorbed": one.absorbed_id,
        "cause": one.cause,
        "at": one.at,
        "fields": sorted(one.after),
        "undone_at": one.undone_at,
    }
