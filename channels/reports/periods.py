"""The period, the team and the clock a report is asked for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.reports.models import Tally
from crm.accounts.models import Team, User
from crm.accounts.policy import Scope

Span = Tally.Span
# Longer ones are counted by months.
LONGEST_BY_DAY = 92
LONGEST = 3 * 366
PRESETS = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("12 months")))
USUAL = 30


@dataclass(frozen=True)
class Asked:
    first: date
    last: date
    days: int
    team: Team | None
    by_clock: bool

    @property
    def by_month(self) -> bool:
        return (self.last - self.first).days >= LONGEST_BY_DAY

    def spans(self) -> list[tuple[int, date]]:
        """As few counted spans as make up the period: months, or whole weeks and the days beside them."""
        days = [self.first + timedelta(days=one) for one in range((self.last - self.first).days + 1)]
        if self.by_month:
            return sorted({(Span.MONTH.value, first_of(Span.MONTH, day)) for day in days})
        parts = set()
        for day in days:
            monday = first_of(Span.WEEK, day)
            is_whole = self.first <= monday and monday + timedelta(days=6) <= self.last
            parts.add((Span.WEEK.value, monday) if is_whole else (Span.DAY.value, day))
        return sorted(parts)

    def query(self, **more: Any) -> str:
        """The same question in an address, for the conversations behind a figure."""
        given = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        if self.team:
            given["team"] = str(self.team.pk)
        return urlencode({**given, **{name: value for name, value in more.items() if value is not None}})


def first_of(span: int, day: date) -> date:
    """The day by which the week or month of `day` is called."""
    return day.replace(day=1) if span == Span.MONTH else day - timedelta(days=day.weekday())


class PeriodForm(forms.Form):
    days = forms.TypedChoiceField(choices=PRESETS, coerce=int, required=False, empty_value=None)
    team = forms.ModelChoiceField(Team.objects.none(), required=False)
    clock = forms.ChoiceField(choices=[("", ""), ("open", "open")], required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Called as in addresses, where "from" is no word of Python's.
        self.fields["from"] = forms.DateField(required=False)
        self.fields["to"] = forms.DateField(required=False)
        self.fields["team"].queryset = teams_of(user)  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """Whatever cannot be understood is left out: a report is shown in any case."""
        self.is_valid()
        found = self.cleaned_data
        today = timezone.localdate()
        days = found.get("days") or (0 if found.get("from") else USUAL)
        first, last = self._span(days, today)
        asked = Asked(first, last, days, found.get("team"), found.get("clock") != "open")
        if asked.by_month:
            return Asked(first.replace(day=1), last, days, asked.team, asked.by_clock)
        return asked

    def _span(self, days: int, today: date) -> tuple[date, date]:
        if days:
            return today - timedelta(days=days - 1), today
        first, last = self.cleaned_data.get("from") or today, self.cleaned_data.get("to") or today
        first, last = min(first, last), max(first, last)
        return max(first, last - timedelta(days=LONGEST)), last


def teams_of(user: User) -> Any:
    """The teams whose figures `user` may see."""
    scope = user.scope("report", "view")
    rows = Team.objects.order_by("name")
    if scope is Scope.ALL:
        return rows
    if scope >= Scope.TEAM:
        return rows.filter(pk__in=user.team_ids if scope is Scope.TEAM else user.team_tree_ids)
    return rows.none()
