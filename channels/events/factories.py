"""Events for tests: required fields only."""

from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from channels.events.models import Event
from crm.accounts import factories as people
from crm.accounts.policy import Role

_numbers = count(1)


def event(**fields: Any) -> Event:
    """Open, in a week from now, for two hours."""
    number, begins = next(_numbers), timezone.now() + timedelta(days=7)
    if "created_by" not in fields:
        fields["created_by"] = people.user(Role.MARKETING)
    titles = {"title_zh": f"活动 {number}", "title_en": f"Event {number}"}
    times = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
    return Event.objects.create(**{**titles, **times, "state": "open", **fields})
