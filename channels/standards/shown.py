"""Calendars and standards as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import pgettext

from channels.standards import hours
from channels.standards.models import Calendar, Policy
from channels.standards.words import Names, describe, duration


@dataclass(frozen=True)
class CalendarCard:
    calendar: Calendar
    is_open: bool
    opens_at: Any
    today: str


@dataclass(frozen=True)
class PolicyCard:
    policy: Policy
    conditions: list[str]
    promises: list[tuple[str, str]]


def listed(rows: Iterable[Calendar]) -> list[CalendarCard]:
    now = timezone.now()
    found = []
    for row in rows:
        shown = row.hours()
        opens = hours.opens_at(shown, now)
        today = hours.write(shown.of_day(timezone.localdate(now)))
        found.append(CalendarCard(row, opens == now, opens, today))
    return found


def policy_card(policy: Policy, names: Names) -> PolicyCard:
    promises = [
        (pgettext("promise", "First reply"), duration(policy.first_reply)),
        (pgettext("promise", "Each further reply"), duration(policy.next_reply)),
        (pgettext("promise", "Solved"), duration(policy.resolution)),
    ]
    return PolicyCard(policy, describe(policy.conditions, names), promises)


def turns(first: date) -> dict[str, str]:
    """The months beside it, as the address names them."""
    before = first - timedelta(days=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return {"before": f"{before:%Y-%m}", "after": f"{after:%Y-%m}"}
