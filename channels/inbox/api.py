"""Conversations for programs: list, read what was said, answer and note."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from channels.inbox import services
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.accounts.http import get_visible
from crm.accounts.models import User
from crm.api.auth import Bearer, asked_by, sent
from crm.api.fields import Body, Cursor, Id, Limit, Line300, Question, Text
from crm.lib.paging import keyset

router = Router(tags=[gettext_noop("Conversations")])
READ, WRITE = Bearer("conversations:read"), Bearer("conversations:write")
State = Literal["open", "pending", "snoozed", "closed"]
Token = Annotated[str, Field(min_length=1, max_length=64)]


class ConversationOut(BaseModel):
    id: int
    customer: int
    subject: str
    status: str
    priority: int
    kind: str
    language: str
    tags: list[str]
    assignee: str | None
    team: str | None
    opened_at: datetime
    last_at: datetime
    waiting_since: datetime | None
    first_reply_at: datetime | None
    closed_at: datetime | None
    closed_because: str


class ConversationPage(BaseModel):
    items: list[ConversationOut]
    next: str | None


class ConversationQuestion(Question):
    status: State | None = None
    customer: Id | None = None
    limit: Limit = 50
    cursor: Cursor = ""


class MessageOut(BaseModel):
    id: int
    direction: Literal["in", "out", "note", "system"]
    channel: int | None
    author: str | None
    at: datetime
    subject: str
    text: str
    kind: str
    state: str
    failed: str


class MessagePage(BaseModel):
    items: list[MessageOut]
    next: str | None


class MessageQuestion(Question):
    limit: Limit = 50
    cursor: Cursor = ""


class ReplyIn(Body):
    """An answer. Sent again with the same `key`, it is said once."""

    channel: Id
    text: Text
    subject: Line300 = ""
    template: Line300 = ""
    fields: Annotated[dict[str, Line300], Field(max_length=20)] = {}
    key: Token


class NoteIn(Body):
    """An internal note; it too is kept once per `key`."""

    text: Text
    key: Token


@router.get(
    "/conversations",
    response=ConversationPage,
    auth=READ,
    summary=gettext_noop("List conversations, those with the latest message first"),
)
def list_conversations(request: HttpRequest, asked: Query[ConversationQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    given = {"status": asked.status, "customer": asked.customer}
    rows = Conversation.objects.visible_to(asker.user)
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    page = keyset(rows, "-last_at", asked.cursor, size=asked.limit, related=("assignee", "team"))
    sent(asker, len(page.rows))
    return {"items": [_shown(one) for one in page.rows], "next": page.next or None}


@router.get(
    "/conversations/{int:pk}",
    response=ConversationOut,
    auth=READ,
    summary=gettext_noop("Read a conversation"),
)
def read_conversation(request: HttpRequest, pk: Id) -> dict[str, Any]:
    asker = asked_by(request)
    sent(asker, 1)
    return _shown(_found(asker.user, pk, "view"))


@router.get(
    "/conversations/{int:pk}/messages",
    response=MessagePage,
    auth=READ,
    summary=gettext_noop("Read what was said, newest first"),
)
def list_messages(request: HttpRequest, pk: Id, asked: Query[MessageQuestion]) -> dict[str, Any]:
    asker = asked_by(request, asked)
    found = _found(asker.user, pk, "view")
    rows = Message.objects.visible_to(asker.user).filter(conversation=found.pk).defer("html")
    page = keyset(rows.select_related("author", "delivery"), "-id", asked.cursor, size=asked.limit)
    sent(asker, len(page.rows))
    return {"items": [_told(one) for one in page.rows], "next": page.next or None}


@router.post(
    "/conversations/{int:pk}/replies",
    response={201: MessageOut},
    auth=WRITE,
    summary=gettext_noop("Answer a customer"),
)
def reply(request: HttpRequest, pk: Id, asked: ReplyIn) -> Status[dict[str, Any]]:
    """It leaves ten seconds later, if the customer may be written to over this channel."""
    asker = asked_by(request)
    conversation = _found(asker.user, pk, "edit")
    # Which channels there are is no secret: every customer reads them as the sender.
    channel = get_visible(Channel.objects.enabled(), asked.channel)  # no customer data
    said = services.reply(
        conversation,
        channel,
        asked.text,
        by=asker.user,
        subject=asked.subject,
        template=asked.template,
        fields=asked.fields,
        client_token=asked.key,
    )
    return Status(201, _told(said))


@router.post(
    "/conversations/{int:pk}/notes",
    response={201: MessageOut},
    auth=WRITE,
    summary=gettext_noop("Leave a note for colleagues"),
)
def note(request: HttpRequest, pk: Id, asked: NoteIn) -> Status[dict[str, Any]]:
    asker = asked_by(request)
    conversation = _found(asker.user, pk, "edit")
    return Status(201, _told(services.note(conversation, asked.text, by=asker.user, client_token=asked.key)))


def _found(user: User, pk: int, action: str) -> Conversation:
    rows = Conversation.objects.visible_to(user, action)
    return get_visible(rows.select_related("customer", "assignee", "team"), pk)


def _shown(one: Conversation) -> dict[str, Any]:
    named = (
        *("id", "subject", "status", "priority", "kind", "language", "tags", "opened_at", "last_at"),
        *("waiting_since", "first_reply_at", "closed_at", "closed_because"),
    )
    people = {
        "customer": one.customer_id,
        "assignee": one.assignee.username if one.assignee else None,
        "team": one.team.name if one.team else None,
    }
    return {**{name: getattr(one, name) for name in named}, **people}


def _told(one: Message) -> dict[str, Any]:
    named = ("id", "direction", "at", "subject", "text", "kind", "failed")
    return {
        **{name: getattr(one, name) for name in named},
        "channel": one.channel_id,
        "author": one.author.username if one.author else None,
        "state": one.delivery.state if one.delivery else "",
    }
