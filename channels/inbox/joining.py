"""Two conversations become one, and one becomes two. Messages keep their numbers, so they stay in order."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from channels.inbox import hooks
from channels.inbox.hooks import Change, What
from channels.inbox.locking import hold, hold_both
from channels.inbox.models import Conversation, Mention, Message, MessageQuerySet
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

Status, Direction = Conversation.Status, Message.Direction
# What a merge changes and its undo puts back.
KEPT = ("status", "is_main", "waiting_since", "snoozed_until", "closed_at", "closed_because", "last_at")


@transaction.atomic
def merge(conversation: Conversation, into: Conversation, *, by: User) -> Message:
    """All messages of `conversation` become part of `into`. The answer is the line that can be taken back."""
    if conversation.pk == into.pk:
        raise Refused(_("A conversation cannot become part of itself."))
    if conversation.customer_id != into.customer_id:
        raise Refused(
            _("These are conversations of two customers. Join the customers first, if they are one.")
        )
    one, target = hold_both(conversation, into)
    if one.merged_into_id or target.merged_into_id:
        raise Refused(_("One of these became part of another conversation already."))
    before = {"one": _snapshot(one), "target": _snapshot(target)}
    moved = list(one.messages.values_list("pk", flat=True))
    _move(moved, target)
    _empty(one, target)
    _absorb(target, one, before["one"])
    line = Message.objects.create(
        conversation=target,
        direction=Direction.SYSTEM,
        author=by,
        kind="merged",
        data={"from": one.pk, "messages": moved, "before": before},
    )
    audit.record("conversation.merged", one, by=by, into=target.pk)
    hooks.tell(Change(one, What.CLOSED, None, by, {"reason": Conversation.Reason.DUPLICATE.value}))
    hooks.tell(Change(target, What.MERGED, line, by, {"from": one.pk}))
    return line


@transaction.atomic
def take_apart(line: Message, *, by: User) -> Conversation:
    """Takes a merge back: what came over returns, what was said since stays."""
    held = hold(line.conversation)
    told = Message.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if told.kind != "merged":
        raise Refused(_("This merge was taken back already."))
    one = Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=told.data["from"])
    if one.merged_into_id != held.pk:
        raise Refused(_("This merge was taken back already."))
    moved = list(held.messages.filter(pk__in=told.data["messages"]).values_list("pk", flat=True))
    _move(moved, one)
    _restore(held, told.data["before"]["target"], since=told.pk)
    _restore(one, told.data["before"]["one"])
    told.kind = "unmerged"
    told.data = {"from": one.pk}
    told.save(update_fields=["kind", "data"])
    audit.record("conversation.unmerged", one, by=by, out_of=held.pk)
    hooks.tell(Change(held, What.MERGED, told, by, {"undone": one.pk}))
    if one.status != Status.CLOSED:
        hooks.tell(Change(one, What.REOPENED, None, by))
    return one


@transaction.atomic
def split(message: Message, *, by: User, subject: str = "") -> Conversation:
    """From this message on it becomes a conversation of its own, beside the one it came from."""
    held = hold(message.conversation)
    spoken = Q(direction__in=[Direction.IN, Direction.OUT, Direction.NOTE])
    rows = Message.objects.filter(spoken, conversation=held, pk__gte=message.pk)
    if not held.messages.filter(spoken, pk__lt=message.pk).exists():
        raise Refused(_("This is the first message: there is nothing to split it from."))
    moved = list(rows.values_list("pk", flat=True))
    if not moved:
        raise Refused(_("This message belongs to another conversation meanwhile."))
    new = _begin(held, message, rows, subject)
    _move(moved, new)
    _after_split(held)
    Message.objects.create(
        conversation=new, direction=Direction.SYSTEM, author=by, kind="split_from", data={"from": held.pk}
    )
    line = Message.objects.create(
        conversation=held, direction=Direction.SYSTEM, author=by, kind="split", data={"to": new.pk}
    )
    audit.record("conversation.split", held, by=by, into=new.pk)
    hooks.tell(Change(new, What.OPENED, None, by, {"split_from": held.pk}))
    hooks.tell(Change(held, What.SPLIT, line, by, {"into": new.pk}))
    return new


def _begin(held: Conversation, message: Message, rows: MessageQuerySet, subject: str) -> Conversation:
    """The conversation that `rows`, from `message` on, become."""
    last = rows.order_by("-pk").first()
    first_in = rows.filter(direction=Direction.IN).order_by("pk").first()
    return Conversation.objects.create(
        customer=held.customer,
        is_main=False,
        split_from=held,
        subject=(subject.strip() or (message.subject or held.subject))[:300],
        channel=message.channel or held.channel,
        kind=(message.channel.kind if message.channel else held.kind),
        language=held.language,
        priority=held.priority,
        team=held.team,
        assignee=held.assignee,
        assigned_because=held.assigned_because,
        opened_at=message.at,
        last_at=last.at if last else message.at,
        last_in_at=first_in.at if first_in else None,
        preview=(last.text if last else message.text)[:200],
        waiting_since=first_in.at if first_in and held.waiting_since else None,
    )


def _snapshot(conversation: Conversation) -> dict[str, Any]:
    values = {name: getattr(conversation, name) for name in KEPT}
    return {name: one.isoformat() if hasattr(one, "isoformat") else one for name, one in values.items()}


def _read(name: str, value: Any) -> Any:
    return parse_datetime(value) if value and name.endswith(("_at", "_since", "_until")) else value


def _move(pks: list[int], to: Conversation) -> None:
    Message.objects.filter(pk__in=pks).update(conversation=to)
    Mention.objects.filter(message__in=pks).update(conversation=to)


def _empty(one: Conversation, target: Conversation) -> None:
    one.status, one.is_main, one.merged_into = Status.CLOSED, False, target
    one.closed_at, one.closed_because = timezone.now(), Conversation.Reason.DUPLICATE
    one.snoozed_until = one.waiting_since = None
    one.save()


def _absorb(target: Conversation, one: Conversation, was: dict[str, Any]) -> None:
    since = [moment for moment in (target.waiting_since, _read("_at", was["waiting_since"])) if moment]
    target.waiting_since = min(since, default=None)
    target.is_main = target.is_main or was["is_main"]
    if was["status"] == Status.OPEN or (target.status == Status.CLOSED and was["status"] != Status.CLOSED):
        target.status, target.snoozed_until = Status.OPEN, None
        target.closed_at, target.closed_because = None, ""
    if target.status == Status.CLOSED:
        target.is_main = target.is_main and target.merged_into_id is None
    if one.last_at > target.last_at:
        target.last_at, target.preview = one.last_at, one.preview
        target.channel, target.kind = one.channel or target.channel, one.kind or target.kind
    moments = [moment for moment in (one.last_in_at, target.last_in_at) if moment]
    target.last_in_at = max(moments, default=None)
    firsts = [moment for moment in (one.first_reply_at, target.first_reply_at) if moment]
    target.first_reply_at = min(firsts, default=None)
    target.save()


def _restore(conversation: Conversation, was: dict[str, Any], since: int = 0) -> None:
    """As it was, unless something was said or done to it since."""
    changed = since and conversation.messages.filter(pk__gt=since).exists()
    if not changed:
        for name in KEPT:
            setattr(conversation, name, _read(name, was[name]))
    elif was["is_main"] is False:
        conversation.is_main = False
    if conversation.merged_into_id:
        conversation.merged_into = None
    if conversation.is_main and conversation.status != Status.CLOSED:
        rivals = Conversation.objects.open().filter(customer=conversation.customer_id, is_main=True)
        conversation.is_main = not rivals.exclude(pk=conversation.pk).exists()
    conversation.save()


def _after_split(held: Conversation) -> None:
    """What is left says something else about who waits for whom."""
    rest = held.messages.filter(direction__in=[Direction.IN, Direction.OUT]).order_by("-pk")
    last = rest.first()
    if last is None:
        return
    held.last_at, held.preview = last.at, last.text[:200]
    if last.direction == Direction.OUT:
        held.waiting_since = None
        if held.status == Status.OPEN:
            held.status = Status.PENDING
    held.save()
