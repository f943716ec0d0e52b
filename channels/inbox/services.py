"""What people ask of a conversation. Each verb holds the customer's row, then the conversation's, changes it,
leaves a line in the stream and tells the hooks. Who may ask is checked by views: these are also for rules.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.consent.models import Purpose
from channels.inbox import hooks, receiving, sending
from channels.inbox.enclosing import Kept, enclose
from channels.inbox.hooks import Change, What
from channels.inbox.joining import merge, split, take_apart
from channels.inbox.locking import hold
from channels.inbox.models import Conversation, Mention, Message
from channels.models import Channel
from crm.accounts.models import Team, User
from crm.audit import services as audit
from crm.lib.errors import BadInput, Refused
from customers.models import Customer
from customers.timeline import services as timeline
from customers.touches import mentions

__all__ = [
    "assign",
    "close",
    "hand_over",
    "merge",
    "note",
    "reopen",
    "reply",
    "set_priority",
    "snooze",
    "split",
    "start",
    "tag",
    "take_apart",
    "wake",
]

Status, Reason, Direction = Conversation.Status, Conversation.Reason, Message.Direction
# What the timeline calls a note; unlike those written there it is not corrected there.
NOTE = "note.conversation"
LONGEST_REPLY = 20_000
MOST_TAGS = 20


class Overtaken(Refused):
    """Something came into the conversation that the writer has not seen: they should look first."""


@transaction.atomic
def reply(
    conversation: Conversation,
    channel: Channel,
    text: str,
    *,
    by: User,
    subject: str = "",
    files: Sequence[Kept] = (),
    template: str = "",
    fields: dict[str, str] | None = None,
    purpose: str = Purpose.SERVICE.value,
    client_token: str = "",
    seen: int | None = None,
) -> Message:
    """Writes an answer down; it leaves some seconds later. Said twice with one token, it is said once.

    `seen` is the newest message the writer has seen; Overtaken is raised when there is a newer one.
    """
    held = hold(conversation)
    if said := _said(held, client_token):
        return said
    if seen is not None:
        _check_seen(held, seen, by)
    words = _words(text, LONGEST_REPLY, needed=not template and not files)
    return sending.send(
        held,
        channel,
        sending.Words(words, subject.strip()[:300], tuple(files), template, fields or {}, purpose),
        by=by,
        client_token=client_token,
    )


@transaction.atomic
def note(
    conversation: Conversation,
    text: str,
    *,
    by: User | None,
    files: Sequence[Kept] = (),
    client_token: str = "",
) -> Message:
    """An internal note. Colleagues named by @ find the conversation among those they were named in, and hear
    of it like of any other note."""
    held = hold(conversation)
    if said := _said(held, client_token):
        return said
    words = _words(text, LONGEST_REPLY, needed=not files)
    named = mentions.find(words, held.customer)
    message = Message.objects.create(
        conversation=held,
        direction=Direction.NOTE,
        author=by,
        text=words,
        client_token=client_token,
        data={"mentions": named} if named else {},
    )
    enclose(message, files)
    people = {pk for pk, _name in named.values()} - {by.pk if by else 0}
    Mention.objects.bulk_create([Mention(conversation=held, message=message, user_id=pk) for pk in people])
    timeline.record(
        held.customer,
        NOTE,
        summary="",
        body=words[: receiving.LONGEST_ON_TIMELINE],
        by=by,
        source=receiving.SOURCE,
        source_id=str(message.pk),
        conversation=held.pk,
        **message.data,
    )
    hooks.tell(Change(held, What.NOTED, message, by, {"mentioned": sorted(people)}))
    return message


@transaction.atomic
def assign(
    conversation: Conversation,
    to: User | None,
    *,
    by: User | None = None,
    team: Team | None = None,
    why: str = "",
) -> None:
    """Gives it to a colleague, and to a department if one is named; to nobody for None."""
    held = hold(conversation)
    aim = team or held.team
    if (held.assignee_id, held.team_id) == (to.pk if to else None, aim.pk if aim else None):
        return
    before = held.assignee_id
    held.assignee, held.team, held.assigned_because = to, aim, why[:200]
    held.save(update_fields=["assignee", "team", "assigned_because"])
    told = {"to": str(to or ""), "team": str(team or ""), "why": why[:200]}
    _line(held, "assigned", by, told)
    audit.record("conversation.assigned", held, by=by, to=to.pk if to else None, team=held.team_id)
    hooks.tell(Change(held, What.ASSIGNED, None, by, {"before": before, "why": why}))


@transaction.atomic
def hand_over(conversation: Conversation, team: Team, *, by: User | None = None, why: str = "") -> None:
    """Gives it to another department, to whom there decides it."""
    held = hold(conversation)
    before = held.assignee_id
    held.team, held.assignee, held.assigned_because = team, None, why[:200]
    if held.status in (Status.SNOOZED, Status.CLOSED):
        _open(held)
    held.save()
    _line(held, "handed_over", by, {"team": str(team), "why": why[:200]})
    audit.record("conversation.handed_over", held, by=by, team=team.pk)
    hooks.tell(Change(held, What.ASSIGNED, None, by, {"before": before, "why": why, "handed_over": True}))


@transaction.atomic
def snooze(conversation: Conversation, until: datetime, *, by: User | None = None) -> None:
    if until <= timezone.now():
        raise BadInput(_("Please choose a moment that is still to come."))
    held = hold(conversation)
    if held.status == Status.CLOSED:
        raise Refused(_("This conversation is closed."))
    held.status, held.snoozed_until = Status.SNOOZED, until
    held.save(update_fields=["status", "snoozed_until"])
    _line(held, "snoozed", by, {"until": until.isoformat()})
    hooks.tell(Change(held, What.SNOOZED, None, by))


@transaction.atomic
def wake(conversation: Conversation, *, by: User | None = None) -> None:
    """The time is over, or somebody could not wait."""
    held = hold(conversation)
    if held.status != Status.SNOOZED:
        return
    _open(held)
    held.save(update_fields=["status", "snoozed_until", "closed_at", "closed_because"])
    _line(held, "woken", by)
    hooks.tell(Change(held, What.WOKEN, None, by))


def wake_due() -> list[int]:
    """Wakes those whose time has come. Run by a sweep, any number of times at once."""
    now = timezone.now()
    due = Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=now)
    found = list(due.order_by("snoozed_until")[:200])
    for one in found:
        wake(one)
    return [one.pk for one in found]


@transaction.atomic
def close(conversation: Conversation, reason: str, *, by: User | None = None) -> None:
    held = hold(conversation)
    if held.status == Status.CLOSED:
        raise Refused(_("This conversation is closed already."))
    if reason not in Reason.values:
        raise BadInput(_("Please say why it is closed."))
    now = timezone.now()
    held.status, held.snoozed_until = Status.CLOSED, None
    held.closed_at, held.closed_because = now, reason
    waited, held.waiting_since = held.waiting_since, None
    held.save(update_fields=["status", "snoozed_until", "closed_at", "closed_because", "waiting_since"])
    since = waited.isoformat() if waited else ""
    _line(held, "closed", by, {"reason": reason, "waiting_since": since})
    audit.record("conversation.closed", held, by=by, reason=reason)
    hooks.tell(Change(held, What.CLOSED, None, by, {"reason": reason}))


@transaction.atomic
def reopen(conversation: Conversation, *, by: User | None = None) -> None:
    held = hold(conversation)
    if held.status != Status.CLOSED:
        return
    if held.merged_into_id:
        raise Refused(_("This conversation became part of another one. Take that back first."))
    # Its customer may have begun another one meanwhile; then this one goes on beside it.
    held.is_main = held.is_main and not _has_main(held)
    ended = held.messages.filter(direction=Direction.SYSTEM, kind="closed").order_by("-pk").first()
    since = ended.data.get("waiting_since") if ended else ""
    held.waiting_since = datetime.fromisoformat(since) if since else None
    _open(held)
    held.reopened += 1
    held.save()
    _line(held, "reopened", by)
    audit.record("conversation.reopened", held, by=by)
    hooks.tell(Change(held, What.REOPENED, None, by))


@transaction.atomic
def set_priority(conversation: Conversation, priority: int, *, by: User | None = None, why: str = "") -> None:
    if priority not in Conversation.Priority.values:
        raise BadInput(_("There is no such priority."))
    held = hold(conversation)
    if held.priority == priority:
        return
    held.priority = priority
    held.save(update_fields=["priority"])
    _line(held, "priority", by, {"priority": priority, "why": why[:200]})
    hooks.tell(Change(held, What.CHANGED, None, by, {"field": "priority"}))


@transaction.atomic
def tag(conversation: Conversation, tags: Iterable[str], *, by: User | None = None) -> None:
    """Replaces the tags."""
    cleaned = list(dict.fromkeys(" ".join(one.replace("\x00", "").split())[:50] for one in tags))
    wanted = [one for one in cleaned if one]
    if len(wanted) > MOST_TAGS:
        raise BadInput(_("At most %(most)s tags fit.") % {"most": MOST_TAGS})
    held = hold(conversation)
    if held.tags == wanted:
        return
    held.tags = wanted
    held.save(update_fields=["tags"])
    hooks.tell(Change(held, What.CHANGED, None, by, {"field": "tags"}))


@transaction.atomic
def name(conversation: Conversation, subject: str, *, by: User | None = None) -> None:
    """Gives it another subject."""
    held = hold(conversation)
    held.subject = " ".join(subject.replace("\x00", "").split())[:300]
    held.save(update_fields=["subject"])
    hooks.tell(Change(held, What.CHANGED, None, by, {"field": "subject"}))


@transaction.atomic
def start(customer: Customer, channel: Channel, *, by: User, subject: str = "") -> Conversation:
    """The conversation in which one writes to a customer first: the open one, or a new one of one's own."""
    conversation = receiving.open_for(customer, channel, subject=subject)
    if conversation.assignee_id is None and conversation.last_in_at is None:
        conversation.assignee = by
        conversation.save(update_fields=["assignee"])
    return conversation


def _open(held: Conversation) -> None:
    held.status = Status.OPEN
    held.snoozed_until = held.closed_at = None
    held.closed_because = ""


def _has_main(held: Conversation) -> bool:
    others = Conversation.objects.open().filter(customer=held.customer_id, is_main=True)
    return others.exclude(pk=held.pk).exists()


def _said(held: Conversation, client_token: str) -> Message | None:
    if not client_token:
        return None
    return Message.objects.filter(conversation=held, client_token=client_token).first()


def _check_seen(held: Conversation, seen: int, by: User) -> None:
    newer = held.messages.filter(pk__gt=seen, direction__in=[Direction.IN, Direction.OUT]).exclude(author=by)
    if newest := newer.order_by("-pk").first():
        if newest.direction == Direction.IN:
            raise Overtaken(_("The customer has written meanwhile. Look at it before you send."))
        raise Overtaken(
            _("%(name)s has answered meanwhile. Look at it before you send.")
            % {"name": newest.author or _("Somebody")}
        )


def _words(text: str, most: int, *, needed: bool) -> str:
    words = receiving.plain(text).replace("\r\n", "\n").strip()
    if needed and not words:
        raise BadInput(_("Please write something first."))
    if len(words) > most:
        raise BadInput(_("This text is too long. %(most)s characters fit.") % {"most": most})
    return words


def _line(held: Conversation, kind: str, by: User | None, data: dict[str, Any] | None = None) -> Message:
    """A line in the stream that tells what was done."""
    return Message.objects.create(
        conversation=held, direction=Direction.SYSTEM, author=by, kind=kind, data=data or {}
    )
