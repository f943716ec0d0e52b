"""A conversation as it is shown: its stream, newest at the end, and who had looked at it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from django.db.models import BooleanField, Case, Q, Value, When
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timezone import localtime

from channels.direct.models import DirectMessage
from channels.direct.reasons import words
from channels.inbox import tools
from channels.inbox.lines import Line, line_of
from channels.inbox.models import Conversation, Enclosure, Glance, Mention, Message
from channels.live import presence
from channels.mail import quotes
from channels.mail.parsing import TROUBLES
from crm.accounts.models import User

SHOWN = 40
MOST_SHOWN = 400
Direction, State = Message.Direction, DirectMessage.State


@dataclass(frozen=True)
class Item:
    """One message with what is shown of it."""

    message: Message
    said: str
    quoted: str = ""
    line: Line | None = None
    files: Sequence[Enclosure] = ()
    why: str = ""

    # What a quotation names.
    nobody: ClassVar[dict[str, str]] = {}

    @property
    def named(self) -> dict[str, str]:
        """The colleagues whom a note names, by the words that name them."""
        return {f"@{word}": name for word, (_pk, name) in self.message.data.get("mentions", {}).items()}

    @property
    def troubles(self) -> list[str | Promise]:
        """What of a mail could not be read."""
        return [TROUBLES[code] for code in self.message.data.get("troubles", ()) if code in TROUBLES]

    @property
    def delivery(self) -> DirectMessage | None:
        return self.message.delivery

    @property
    def can_be_withdrawn(self) -> bool:
        sent = self.delivery
        return sent is not None and sent.state == State.READY and sent.sent_at is None

    @property
    def can_go_again(self) -> bool:
        sent = self.delivery
        return sent is not None and sent.state in (State.FAILED, State.SKIPPED, State.UNKNOWN)

    @property
    def state(self) -> str:
        """How far it got, for the words and the colour below it."""
        if self.message.direction != Direction.OUT:
            return ""
        if self.message.failed:
            return "failed"
        if self.message.read_at:
            return "read"
        if self.message.delivered_at:
            return "delivered"
        return self.delivery.state if self.delivery else "sent"


@dataclass(frozen=True)
class Stream:
    days: list[tuple[date, list[Item]]]
    first: int = 0
    newest: int = 0
    # There are older ones than those shown.
    has_older: bool = False

    @property
    def is_moving(self) -> bool:
        """Whether something is about to leave."""
        moving = (State.READY, State.DISPATCHING)
        return any(
            one.delivery and one.delivery.state in moving for _day, items in self.days for one in items
        )


@dataclass(frozen=True)
class Row:
    """A conversation in a list."""

    conversation: Conversation
    is_unread: bool
    marks: list[tools.Mark] = field(default_factory=list)


def stream(conversation: Conversation, *, since: int = 0, before: int = 0) -> Stream:
    """The last messages; from the message `since` on, or a page of those `before` one."""
    rows = Message.objects.filter(conversation=conversation)
    if before:
        rows = rows.filter(pk__lt=before)
    if since:
        rows = rows.filter(pk__gte=since)
    most = MOST_SHOWN if since else SHOWN
    has_html = Case(When(~Q(html=""), then=Value(True)), default=Value(False), output_field=BooleanField())
    found = list(
        rows.defer("html")
        .annotate(has_html=has_html)
        .select_related("author", "channel", "delivery")
        .prefetch_related("enclosures")
        .order_by("-pk")[: most + 1]
    )
    more, found = len(found) > most, found[:most][::-1]
    days: list[tuple[date, list[Item]]] = []
    for message in found:
        day = localtime(message.at).date()
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(_item(message))
    return Stream(
        days,
        first=found[0].pk if found else since,
        newest=found[-1].pk if found else 0,
        has_older=more
        or bool(since and rows.model.objects.filter(conversation=conversation, pk__lt=since).exists()),
    )


def listed(user: User, conversations: Sequence[Conversation]) -> list[Row]:
    """The rows of a list, with what the user has not read."""
    pks = [one.pk for one in conversations]
    glances = dict(Glance.objects.filter(user=user, conversation__in=pks).values_list("conversation", "at"))
    marks = tools.marks_of(user, pks)
    return [Row(one, _is_unread(one, glances.get(one.pk)), marks.get(one.pk, [])) for one in conversations]


def look(user: User, conversation: Conversation, newest: int) -> None:
    """Remembers what was shown, and that mentions were seen."""
    now = timezone.now()
    Glance.objects.bulk_create(
        [Glance(user=user, conversation=conversation, last=newest, at=now)],
        update_conflicts=True,
        unique_fields=["user", "conversation"],
        update_fields=["last", "at"],
    )
    Mention.objects.filter(conversation=conversation, user=user, seen_at=None).update(seen_at=now)


def others_here(user: User, conversation: Conversation) -> list[tuple[User, bool]]:
    """Colleagues who look at the conversation now, and whether they type."""
    found = {one.user: one.is_typing for one in presence.here(f"conversation:{conversation.pk}")}
    found.pop(user.pk, None)
    people = User.objects.filter(pk__in=[pk for pk in found if pk]).order_by("name")
    return [(one, found[one.pk]) for one in people]


def visitor_types(conversation: Conversation) -> bool:
    here = presence.here(f"conversation:{conversation.pk}")
    return any(one.user == presence.VISITOR and one.is_typing for one in here)


def _is_unread(conversation: Conversation, seen_at: datetime | None) -> bool:
    heard = conversation.last_in_at
    return (
        heard is not None and conversation.waiting_since is not None and (seen_at is None or heard > seen_at)
    )


def _item(message: Message) -> Item:
    if message.direction == Direction.SYSTEM:
        return Item(message, "", line=line_of(message))
    folded = quotes.fold(message.text) if message.direction == Direction.IN else quotes.Folded(message.text)
    reason = message.failed or (message.delivery.reason if message.delivery else "")
    files = [one for one in message.enclosures.all() if not one.content_id or not message.has_html]  # type: ignore[attr-defined]
    return Item(message, folded.said, folded.quoted, files=files, why=words(reason) if reason else "")
