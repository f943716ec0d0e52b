"""Which standard holds for a conversation: the first in order whose conditions all hold."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from channels.inbox.models import Conversation
from channels.standards import conditions
from channels.standards.conditions import Facts
from channels.standards.hours import Hours
from channels.standards.models import Policy


class Standards:
    """The standards in use, read once for as many conversations as are asked about."""

    def __init__(self) -> None:
        rows = Policy.objects.filter(enabled=True).select_related("calendar").order_by("position", "pk")
        self.policies: Sequence[Policy] = list(rows.prefetch_related("calendar__days"))

    @cached_property
    def asked(self) -> list[conditions.Conditions]:
        return [policy.conditions for policy in self.policies]

    @cached_property
    def calendars(self) -> dict[int, Hours]:
        return conditions.calendars_of(self.asked)

    def choose(self, facts: Facts) -> Policy | None:
        fits = (one for one in self.policies if conditions.holds(one.conditions, facts, self.calendars))
        return next(fits, None)

    def of(self, conversation: Conversation) -> Policy | None:
        """Priority and department are those of the row in hand: they may not be saved yet."""
        if not self.policies:
            return None
        facts = conditions.gather([conversation.pk], self.asked)[conversation.pk]
        return self.choose(replace(facts, priority=conversation.priority, team=conversation.team_id))
