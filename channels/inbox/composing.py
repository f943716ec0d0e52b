"""The form below a conversation: over which channels an answer may go, what was typed before, what helps."""

from typing import Any
from uuid import uuid4

from django.db.models import F
from django.utils import timezone

from channels.inbox import reaching, tools
from channels.inbox.enclosing import endings
from channels.inbox.models import CannedReply, Conversation, Draft
from channels.inbox.reaching import Way
from channels.models import Channel
from crm.accounts.models import User

VARIABLES = ("customer.name", "customer.company", "agent.name", "number")
MOST_OFFERED = 8


def desk(
    user: User,
    conversation: Conversation,
    *,
    is_note: bool = False,
    newest: int | None = None,
    warning: str = "",
    typed: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What the composer's template needs. `typed` is what comes back with a warning."""
    draft = Draft.objects.filter(user=user, conversation=conversation, is_note=is_note).first()
    context: dict[str, Any] = {
        "conversation": conversation,
        "is_note": is_note,
        "text": draft.text if draft else "",
        "subject": draft.subject if draft else "",
        "client_token": uuid4().hex,
        "newest": newest if newest is not None else _newest(conversation),
        "warning": warning,
        "tools": tools.all_for(user),
        **(typed or {}),
    }
    if not is_note:
        context |= _ways(conversation, context.get("channel_pk") or (draft.channel_id if draft else None))
        context["subject"] = (
            context["subject"] or reaching.subject_of(conversation, context["way"].channel)
            if context["way"]
            else ""
        )
    return context


def keep(
    user: User,
    conversation: Conversation,
    *,
    is_note: bool,
    text: str,
    subject: str = "",
    channel: Channel | None = None,
) -> None:
    """Keeps what was typed; nothing typed is no draft."""
    mine = Draft.objects.filter(user=user, conversation=conversation, is_note=is_note)
    if not text.strip() and channel is None:
        mine.delete()
        return
    Draft.objects.bulk_create(
        [
            Draft(
                user=user,
                conversation=conversation,
                is_note=is_note,
                text=text[:20_000],
                subject=subject[:300],
                channel=channel,
                at=timezone.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["user", "conversation", "is_note"],
        update_fields=["text", "subject", "channel", "at"],
    )


def forget(user: User, conversation: Conversation, *, is_note: bool) -> None:
    Draft.objects.filter(user=user, conversation=conversation, is_note=is_note).delete()


def canned(user: User, typed: str, conversation: Conversation) -> list[tuple[CannedReply, str]]:
    """Canned replies whose shortcut or title begins so, in the conversation's language first, filled in."""
    rows = CannedReply.objects.visible_to(user)
    if typed:
        rows = rows.filter(shortcut__istartswith=typed) | rows.filter(title__icontains=typed)
    found = list(rows.order_by("-used", "title", "pk")[:200])
    language = conversation.language or conversation.customer.language
    found.sort(
        key=lambda one: (
            not one.shortcut.lower().startswith(typed.lower()),
            one.language not in (language, ""),
        )
    )
    return [(one, filled(one.text, user, conversation)) for one in found[:MOST_OFFERED]]


def filled(text: str, user: User, conversation: Conversation) -> str:
    """The words with what is known put in; what is unknown is left out, what is no variable stays."""
    customer = conversation.customer
    values = {
        "customer.name": customer.name,
        "customer.company": customer.company,
        "agent.name": str(user),
        "number": str(conversation.pk),
    }
    for name, value in values.items():
        for form in (f"{{{{ {name} }}}}", f"{{{{{name}}}}}"):
            text = text.replace(form, value)
    return text


def count_use(canned_pk: int) -> None:
    CannedReply.objects.filter(pk=canned_pk).update(used=F("used") + 1)


def _ways(conversation: Conversation, chosen: int | None) -> dict[str, Any]:
    senders = list(Channel.objects.enabled().order_by("kind", "pk"))
    found = reaching.ways(conversation, senders)
    way: Way | None = next((one for one in found if one.channel.pk == chosen and one.is_open), None)
    way = way or next((one for one in found if one.is_proposed), None)
    return {
        "ways": sorted(found, key=lambda one: not one.is_open),
        "way": way,
        "may_attach": bool(way and way.connector.caps.attachments and not way.is_closed),
        "takes": endings(way.connector.caps) if way else "",
    }


def _newest(conversation: Conversation) -> int:
    return conversation.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
