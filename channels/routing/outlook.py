"""How many promises of a first reply would have been kept if the answers had come as quickly as they did.

Another priority or department may mean another standard: this counts what that alone would have changed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from channels.routing.deciding import Outcome
from channels.standards import hours
from channels.standards.choosing import Standards
from channels.standards.conditions import Conditions, Facts
from channels.standards.hours import Hours
from channels.standards.models import Policy


class Outlook:
    def __init__(self) -> None:
        self.standards = Standards()
        self.counts: Counter[str] = Counter()
        self.by_policy: dict[str, Counter[str]] = {}
        self._hours: dict[int, Hours] = {}
        self._now = timezone.now()

    @property
    def asked(self) -> list[Conditions]:
        return self.standards.asked

    def count(self, facts: Facts, outcome: Outcome, row: Mapping[str, Any]) -> None:
        decided = replace(facts, team=outcome.team, priority=outcome.priority or facts.priority)
        policy = self.standards.choose(decided)
        if policy is None or not policy.first_reply or row["last_in_at"] is None:
            self.counts["none"] += 1
            return
        due = self._due(policy, row["opened_at"])
        answered = row["first_reply_at"] or row["closed_at"]
        state = "kept" if (answered or self._now) <= due else "late"
        # Not answered yet, and there is still time.
        state = "open" if answered is None and state == "kept" else state
        self.counts[state] += 1
        self.by_policy.setdefault(policy.name, Counter())[state] += 1

    def summary(self) -> dict[str, Any]:
        return {
            "counts": dict(self.counts),
            "policies": {name: dict(one) for name, one in self.by_policy.items()},
        }

    def _due(self, policy: Policy, opened: datetime) -> datetime:
        seconds = (policy.first_reply or 0) * 60
        calendar = policy.calendar
        if calendar is None:
            return opened + timedelta(seconds=seconds)
        if calendar.pk not in self._hours:
            self._hours[calendar.pk] = calendar.hours()
        due = hours.add_business(self._hours[calendar.pk], opened, seconds)
        return due or opened + timedelta(seconds=seconds)
