"""The conversations behind a figure."""

from typing import Any

from django import forms
from django.db.models import Q

from channels.inbox.models import Conversation
from channels.reports.models import Fact
from channels.reports.periods import Asked, PeriodForm
from crm.accounts.models import User
from crm.lib.errors import BadInput

# What each figure asks of a fact besides its day. In the period lies the day of opening, of closing for those
# in CLOSING.
ASKS: dict[str, Q] = {
    "opened": Q(),
    "closed": Q(closed_on__isnull=False),
    "reopened": Q(reopened__gt=0),
    "first": Q(first_reply__isnull=False),
    "resolution": Q(resolution__isnull=False),
    "kept": Q(kept__gt=0),
    "missed": Q(missed__gt=0),
    "rated": Q(score__isnull=False),
    "article": Q(has_article=True),
}
CLOSING = frozenset({"closed", "resolution"})


class DrillForm(PeriodForm):
    measure = forms.ChoiceField(choices=[(name, name) for name in ASKS], required=False)
    kind = forms.SlugField(max_length=10, required=False)
    hour = forms.IntegerField(min_value=0, max_value=23, required=False)
    person = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    score = forms.IntegerField(min_value=1, max_value=5, required=False)
    # Slower than so many seconds.
    slower = forms.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    no_team = forms.BooleanField(required=False)
    no_person = forms.BooleanField(required=False)

    def rows(self, user: User) -> tuple[Any, str, Asked]:
        """The facts, the column they are ordered by, and the period."""
        if not self.is_valid() and "measure" in self.errors:
            raise BadInput(self.errors["measure"][0])
        asked, found = self.asked(), self.cleaned_data
        measure = found["measure"] or "opened"
        day = "closed_on" if measure in CLOSING else "day"
        wanted = ASKS[measure] & Q(**{f"{day}__range": (asked.first, asked.last)}) & self._narrower(asked)
        rows = Fact.objects.visible_to(user).filter(wanted)
        return rows.filter(conversation__in=Conversation.objects.visible_to(user)), f"-{day}", asked

    def _narrower(self, asked: Asked) -> Q:
        found = self.cleaned_data
        wanted = Q(team=asked.team) if asked.team else Q()
        for name in ("kind", "person", "score"):
            if found.get(name):
                wanted &= Q(**{name: found[name]})
        if found.get("hour") is not None:
            wanted &= Q(hour=found["hour"])
        for name in ("team", "person"):
            if found.get(f"no_{name}"):
                wanted &= Q(**{name: None})
        if found.get("slower") is not None:
            column = "resolution" if found["measure"] == "resolution" else "first_reply"
            wanted &= Q(**{f"{column if asked.by_clock else f'{column}_open'}__gte": found["slower"]})
        return wanted
