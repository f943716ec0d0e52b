"""How long we still have for each conversation, for lists and the head of a conversation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.inbox.models import Conversation
from channels.standards.models import Clock


@dataclass(frozen=True)
class Due:
    """The most urgent promise of a conversation. `tone` is that of a badge: ok, warn, bad or none."""

    conversation: int
    kind: str
    due_at: datetime | None
    tone: str
    text: str
    tip: str


def due(conversations: Iterable[Conversation | int], now: datetime | None = None) -> dict[int, Due]:
    """By the number of each conversation for which something is promised. One query."""
    moment = now or timezone.now()
    pks = [one.pk if isinstance(one, Conversation) else one for one in conversations]
    found: dict[int, Due] = {}
    for clock in sorted(Clock.objects.running().filter(conversation__in=pks), key=_urgency):
        found.setdefault(clock.conversation_id, _due(clock, moment))
    return found


def clocks_of(conversation: Conversation, now: datetime | None = None) -> list[Due]:
    """Everything that is promised in one conversation, the most urgent first."""
    moment = now or timezone.now()
    running = Clock.objects.running().filter(conversation=conversation)
    return [_due(clock, moment) for clock in sorted(running, key=_urgency)]


def _urgency(clock: Clock) -> tuple[bool, float]:
    """What counts comes before what is paused."""
    return clock.due_at is None, clock.due_at.timestamp() if clock.due_at else clock.target - clock.used


def _due(clock: Clock, now: datetime) -> Due:
    name = str(Clock.Kind(clock.kind).label)
    if clock.due_at is None:
        tone = "bad" if clock.breached_at else ""
        return Due(clock.conversation_id, clock.kind, None, tone, pgettext("promise", "Paused"), name)
    if clock.due_at <= now:
        text = _("%(time)s late") % {"time": timesince(clock.due_at, now, depth=1)}
        return Due(clock.conversation_id, clock.kind, clock.due_at, "bad", text, name)
    text = _("%(time)s left") % {"time": timeuntil(clock.due_at, now, depth=1)}
    is_near = clock.warn_at is not None and clock.warn_at <= now
    return Due(clock.conversation_id, clock.kind, clock.due_at, "warn" if is_near else "ok", text, name)
