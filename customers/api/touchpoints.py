"""Touchpoints for programs: what happened with a customer, told by the hundred, read newest first."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import AfterValidator, BaseModel, Field, model_validator

from crm.accounts.http import get_visible
from crm.api.auth import Bearer, asked_by, sent
from crm.api.fields import Body, Cursor, Id, Key, Limit, Line300, Moment, Question, Source, Text
from crm.api.rows import Results, RowResult
from crm.lib.paging import keyset
from customers.api import ingesting
from customers.api.schemas import IdentityKind, plain_value
from customers.imports import problems
from customers.imports.matching import scope_of
from customers.merging import chain
from customers.models import Customer
from customers.timeline.models import Entry

router = Router(tags=[gettext_noop("Touchpoints")])
# Kinds that only we tell: what programs say must not look like our own books.
OURS = frozenset({"customer", "order", "consent", "campaign", "task", "merge", "privacy"})
# Sources of programs have a space of their own beside ours, such as "staff" and "order".
SPACE = "api:"
REASONS = {
    "unknown_customer": _("No such customer is known, or the account may not write about them."),
    "told_of_another": _("This touchpoint was told of another customer before."),
    "order_of_another": _("This order belongs to a customer whom the account may not change."),
}
Channel = Literal[
    "phone",
    "email",
    "sms",
    "wechat",
    "whatsapp",
    "chat",
    "web",
    "store",
    "event",
    "meeting",
    "form",
    "social",
]
Direction = Literal["in", "out", "none"]


def _kind(text: str) -> str:
    if text.partition(".")[0] in OURS:
        raise ValueError(gettext("Touchpoints of this kind are told by the product itself."))
    return text


TouchKind = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$", max_length=40), AfterValidator(_kind)
]


class HandleIn(Body):
    kind: IdentityKind
    value: Annotated[str, Field(min_length=1, max_length=254)]
    source: Source | Literal[""] = ""


class WhomIn(Body):
    """A customer, by exactly one of: our id, a program's number, a handle."""

    id: Id | None = None
    source: Source | None = None
    key: Key | None = None
    identity: HandleIn | None = None

    @model_validator(mode="after")
    def names_one(self) -> "WhomIn":
        by_key = self.source is not None or self.key is not None
        if [self.id is not None, by_key, self.identity is not None].count(True) != 1:
            raise ValueError(gettext("Name the customer in one way: id, source and key, or identity."))
        if by_key and not (self.source and self.key):
            raise ValueError(gettext("A number needs both: source and key."))
        return self


class TouchpointIn(Body):
    """One touch. `source` and `source_id` make it unique: sent again, it changes nothing."""

    customer: WhomIn
    source: Annotated[Source, Field(max_length=36)]
    source_id: Key
    kind: TouchKind
    channel: Channel
    direction: Direction = "in"
    occurred_at: Moment
    summary: Annotated[Line300, Field(min_length=1)]
    body: Text = ""
    seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    data: Annotated[dict[str, Any], Field(max_length=50)] = {}


class TouchpointsIn(Body):
    items: Annotated[list[TouchpointIn], Field(min_length=1, max_length=500)]


class TouchpointOut(BaseModel):
    id: int
    customer: int
    source: str
    source_id: str
    kind: str
    channel: str
    direction: str
    occurred_at: datetime
    summary: str
    body: str
    data: dict[str, Any]


class TouchpointPage(BaseModel):
    items: list[TouchpointOut]
    next: str | None


class TouchpointQuestion(Question):
    channel: Channel | None = None
    limit: Limit = 50
    cursor: Cursor = ""


@router.post(
    "/touchpoints/bulk",
    response=Results,
    auth=Bearer("touchpoints:write"),
    summary=gettext_noop("Record up to 500 touchpoints"),
)
def record_touchpoints(request: HttpRequest, asked: TouchpointsIn) -> Results:
    outcomes = ingesting.ingest([_touch(one) for one in asked.items], by=asked_by(request).user)
    return Results(
        results=[
            RowResult.model_construct(
                index=index, status=one.status, id=one.pk, code=one.reason, message=words_of(one.reason)
            )
            for index, one in enumerate(outcomes)
        ]
    )


@router.get(
    "/customers/{int:pk}/touchpoints",
    response=TouchpointPage,
    auth=Bearer("touchpoints:read"),
    summary=gettext_noop("Read the timeline of a customer, newest first"),
)
def list_touchpoints(request: HttpRequest, pk: Id, asked: Query[TouchpointQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    customer = get_visible(Customer.objects.visible_to(asker.user), chain.current(pk))
    entries = Entry.objects.visible_to(asker.user).filter(customer=customer)
    if asked.channel:
        entries = entries.filter(channel=asked.channel)
    page = keyset(entries, "-occurred_at", asked.cursor, size=asked.limit)
    sent(asker, len(page.rows))
    return {"items": [_shown(one) for one in page.rows], "next": page.next or None}


def _touch(asked: TouchpointIn) -> ingesting.Touch:
    seconds = {} if asked.seconds is None else {"seconds": asked.seconds}
    return ingesting.Touch(
        whom=whom_of(asked.customer),
        kind=asked.kind,
        channel=asked.channel,
        direction=asked.direction,
        occurred_at=asked.occurred_at,
        summary=asked.summary,
        body=asked.body,
        source=SPACE + asked.source,
        source_id=asked.source_id,
        # Apart from what our own pages read of an entry's data.
        data={"told": asked.data, **seconds} if asked.data else seconds,
    )


def whom_of(asked: WhomIn) -> ingesting.Whom:
    if asked.identity:
        one = asked.identity
        try:
            value = plain_value(one.kind, one.value)
        except ValueError:
            value = "?"  # known to nobody
        return ingesting.Whom(kind=one.kind, scope=scope_of(one.kind, one.source), value=value)
    return ingesting.Whom(pk=asked.id or 0, source=asked.source or "", key=asked.key or "")


def words_of(reason: str) -> str:
    return str(REASONS.get(reason) or problems.sentence(reason)) if reason else ""


def _shown(entry: Entry) -> dict[str, Any]:
    named = ("id", "source_id", "kind", "channel", "direction", "occurred_at", "summary", "body")
    return {
        **{name: getattr(entry, name) for name in named},
        "customer": entry.customer_id,
        "source": entry.source.removeprefix(SPACE),
        "data": entry.data.get("told", {}),
    }
