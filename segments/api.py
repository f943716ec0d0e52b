"""Segments for programs: which there are, and who is in them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router
from pydantic import BaseModel

from crm.accounts.http import get_visible
from crm.api.auth import Bearer, asked_by, sent
from crm.api.fields import Cursor, Id, Limit, Question
from crm.lib.paging import keyset
from customers.models import Customer
from segments.models import Segment

router = Router(tags=[gettext_noop("Segments")])
READ = Bearer("segments:read")
MOST_SHOWN = 500


class SegmentOut(BaseModel):
    id: int
    name: str
    description: str
    size: int | None
    refreshed_at: datetime | None


class Segments(BaseModel):
    items: list[SegmentOut]


class MemberOut(BaseModel):
    customer: int
    name: str


class MemberPage(BaseModel):
    """Of the members, those whom the token's account may see."""

    items: list[MemberOut]
    next: str | None


class MemberQuestion(Question):
    limit: Limit = 50
    cursor: Cursor = ""


@router.get("/segments", response=Segments, auth=READ, summary=gettext_noop("List segments"))
def list_segments(request: HttpRequest) -> dict[str, Any]:
    rows = Segment.objects.visible_to(asked_by(request).user)
    named = ("id", "name", "description", "size", "refreshed_at")
    return {"items": list(rows.order_by("name", "pk").values(*named)[:MOST_SHOWN])}


@router.get(
    "/segments/{int:pk}/members",
    response=MemberPage,
    auth=READ,
    summary=gettext_noop("Read who is in a segment"),
)
def list_members(request: HttpRequest, pk: Id, asked: Query[MemberQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    segment = get_visible(Segment.objects.visible_to(asker.user), pk)
    members = Customer.objects.visible_to(asker.user).filter(memberships__segment=segment)
    page = keyset(members, "id", asked.cursor, size=asked.limit)
    sent(asker, len(page.rows))
    items = [{"customer": one.pk, "name": one.name} for one in page.rows]
    return {"items": items, "next": page.next or None}
