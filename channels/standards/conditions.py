"""What rules and standards may ask of a conversation, and the answers for many conversations at once.

Conditions are kept as {"kinds": ["email"], "words": ["refund", "退款"]}: every key must hold, and it holds
when any of its values does. A key that is missing asks nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef

from channels.inbox.models import Conversation, Message
from channels.standards import hours
from channels.standards.hours import Hours
from channels.standards.models import Calendar
from segments.models import Membership

Conditions = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What is known of a conversation when it has to be decided."""

    pk: int
    at: datetime
    text: str
    channel: int | None
    kind: str
    language: str
    priority: int
    team: int | None
    is_unsure: bool
    is_returning: bool
    customer: int
    owner: int | None
    owner_team: int | None
    spent: Decimal
    group: str
    stage: str
    segments: frozenset[int] = frozenset()


def holds(conditions: Conditions, facts: Facts, calendars: Mapping[int, Hours]) -> bool:
    if (wanted := conditions.get("hours")) and not _hours_hold(wanted, facts.at, calendars):
        return False
    return all(TESTS[key](value, facts) for key, value in conditions.items() if key in TESTS)


def gather(
    conversations: Iterable[int],
    asked: Iterable[Conditions],
    *,
    texts: Mapping[int, str] | None = None,
    as_opened: bool = False,
) -> dict[int, Facts]:
    """The facts of each conversation. `texts` are what customers just said; else what they began with.
    `as_opened`: as it was before anybody touched it, as far as that can be told."""
    rows = list(_rows(conversations))
    if as_opened:
        for row in rows:
            row |= {"reopened": 0, "priority": Conversation.Priority.NORMAL}
    said = _first_texts([row["pk"] for row in rows]) if texts is None else texts
    segments = _segments({row["customer_id"] for row in rows}, asked)
    return {row["pk"]: _facts(row, said.get(row["pk"], ""), segments) for row in rows}


def calendars_of(asked: Iterable[Conditions]) -> dict[int, Hours]:
    """Those calendars that conditions ask about."""
    pks = {one["hours"]["calendar"] for one in asked if one.get("hours")}
    if not pks:
        return {}
    return {row.pk: row.hours() for row in Calendar.objects.filter(pk__in=pks).prefetch_related("days")}


def _hours_hold(wanted: Mapping[str, Any], at: datetime, calendars: Mapping[int, Hours]) -> bool:
    calendar = calendars.get(wanted["calendar"])
    return calendar is not None and hours.is_open(calendar, at) is wanted["open"]


def _any_word(words: Collection[str], facts: Facts) -> bool:
    return any(word.casefold() in facts.text for word in words)


TESTS: dict[str, Callable[[Any, Facts], bool]] = {
    "channels": lambda value, facts: facts.channel in value,
    "kinds": lambda value, facts: facts.kind in value,
    "words": _any_word,
    "languages": lambda value, facts: facts.language in value,
    "priorities": lambda value, facts: facts.priority in value,
    "teams": lambda value, facts: facts.team in value,
    "segments": lambda value, facts: not facts.segments.isdisjoint(value),
    "groups": lambda value, facts: facts.group in value,
    "stages": lambda value, facts: facts.stage in value,
    "spent": lambda value, facts: facts.spent >= value,
    "owners": lambda value, facts: facts.owner in value,
    "owner_teams": lambda value, facts: facts.owner_team in value,
    "unsure": lambda value, facts: facts.is_unsure is value,
    "returning": lambda value, facts: facts.is_returning is value,
}


def _rows(conversations: Iterable[int]) -> Any:
    earlier = Conversation.objects.filter(customer=OuterRef("customer"), pk__lt=OuterRef("pk"))
    return (
        Conversation.objects.filter(pk__in=list(conversations))
        .annotate(has_earlier=Exists(earlier))
        .values(
            "pk",
            "opened_at",
            "last_in_at",
            "subject",
            "channel_id",
            "kind",
            "language",
            "priority",
            "team_id",
            "is_unsure",
            "reopened",
            "has_earlier",
            "customer_id",
            "customer__owner_id",
            "customer__team_id",
            "customer__language",
            "customer__rollup__total",
            "customer__score__group",
            "customer__score__stage",
        )
    )


def _facts(row: Mapping[str, Any], text: str, segments: Mapping[int, set[int]]) -> Facts:
    return Facts(
        pk=row["pk"],
        at=(row["last_in_at"] if row["reopened"] else None) or row["opened_at"],
        text=f"{row['subject']}\n{text}".casefold(),
        channel=row["channel_id"],
        kind=row["kind"],
        language=(row["language"] or row["customer__language"] or "").lower(),
        priority=row["priority"],
        team=row["team_id"],
        is_unsure=row["is_unsure"],
        is_returning=row["has_earlier"] or row["reopened"] > 0,
        customer=row["customer_id"],
        owner=row["customer__owner_id"],
        owner_team=row["customer__team_id"],
        spent=row["customer__rollup__total"] or Decimal(0),
        group=row["customer__score__group"] or "",
        stage=row["customer__score__stage"] or "",
        segments=frozenset(segments.get(row["customer_id"], ())),
    )


def _first_texts(conversations: Collection[int]) -> dict[int, str]:
    said = Message.objects.filter(conversation__in=conversations, direction=Message.Direction.IN)
    first = said.order_by("conversation", "pk").distinct("conversation")
    return dict(first.values_list("conversation", "text"))


def _segments(customers: Collection[int], asked: Iterable[Conditions]) -> dict[int, set[int]]:
    wanted = {pk for one in asked for pk in one.get("segments", ())}
    found: dict[int, set[int]] = defaultdict(set)
    if wanted:
        rows = Membership.objects.filter(segment__in=wanted, customer__in=customers)
        for customer, segment in rows.values_list("customer", "segment"):
            found[customer].add(segment)
    return found
