"""How far a goal is, and where it is heading: arithmetic on what was read, no query."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.desk.goals.models import Goal
from crm.lib import charts
from crm.lib.templatetags.ui import NOTHING, percent

# A pace this little short of the target is still called on course.
NEARLY = 0.95


class State(StrEnum):
    UNREAD = "unread"
    REACHED = "reached"
    ON_COURSE = "on_course"
    BEHIND = "behind"
    MISSED = "missed"


TONES = {
    State.UNREAD: "soft",
    State.REACHED: "ok",
    State.ON_COURSE: "ok",
    State.BEHIND: "warn",
    State.MISSED: "bad",
}


@dataclass(frozen=True)
class Pace:
    """`share` is the part of the target that is reached; `projected` the part that will be at this pace."""

    goal: Goal
    today: date

    @property
    def share(self) -> float | None:
        return self._part(self.goal.value)

    @property
    def elapsed(self) -> float:
        """The part of the period that is over; the running day counts as over."""
        days = (self.goal.ends_on - self.goal.starts_on).days + 1
        return min(1, max(0, (self.today - self.goal.starts_on).days + 1) / days)

    @property
    def projected(self) -> float | None:
        about, value = self.goal.about, self.goal.value
        if about is None or value is None or not self.elapsed:
            return None
        return self._part(value / self.elapsed) if about.adds_up else self.share

    @property
    def state(self) -> State:
        share, projected = self.share, self.projected
        if share is None or projected is None:
            return State.UNREAD
        about = self.goal.about
        # What grows is reached for good; a state may still change until the end.
        if share >= 1 and (self.is_over or (about is not None and about.adds_up)):
            return State.REACHED
        if self.is_over:
            return State.MISSED
        return State.ON_COURSE if projected >= NEARLY else State.BEHIND

    @property
    def is_over(self) -> bool:
        return self.today > self.goal.ends_on

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def bar(self) -> str:
        return {"warn": "bad", "bad": "bad"}.get(self.tone, "ok" if self.tone == "ok" else "")

    @property
    def percent(self) -> int:
        return round(100 * min(1, self.share or 0))

    @property
    def value_words(self) -> str:
        return self.goal.about.written(self.goal.value) if self.goal.about else NOTHING

    @property
    def target_words(self) -> str:
        return self.goal.about.written(self.goal.target) if self.goal.about else NOTHING

    @property
    def share_words(self) -> str:
        return percent(self.share, 0)

    @property
    def words(self) -> str:
        if self.state is State.UNREAD:
            return _("Being counted") if self.goal.read_at is None else _("No numbers yet.")
        if self.state is State.REACHED:
            return _("Reached")
        if self.state is State.MISSED:
            return _("Missed")
        left = (self.goal.ends_on - self.today).days
        days = ngettext("%(number)d day left", "%(number)d days left", left) % {"number": left}
        about = self.goal.about
        if about and about.adds_up:
            pace = _("at this pace %(percent)d %%") % {"percent": round(100 * (self.projected or 0))}
            return f"{pace} · {days}"
        course = _("On course") if self.state is State.ON_COURSE else _("Behind")
        return f"{course} · {days}"

    def _part(self, value: float | None) -> float | None:
        about = self.goal.about
        if value is None or about is None:
            return None
        if about.is_lower_better:
            return self.goal.target / value if value else 1.0
        return value / self.goal.target


def history(goal: Goal) -> charts.Chart | None:
    """Day by day towards the target; a dashed line says where one should be."""
    about = goal.about
    readings = [one for one in goal.readings.order_by("day") if one.value is not None]
    if about is None or len(readings) < 2:
        return None
    days = (goal.ends_on - goal.starts_on).days + 1

    def due(day: date) -> float:
        return goal.target * ((day - goal.starts_on).days + 1) / days if about.adds_up else goal.target

    return charts.line(
        str(about.label),
        [date_format(one.day, "n/j") for one in readings],
        [
            charts.Series(_("Reached"), [one.value or 0 for one in readings], 1),
            charts.Series(_("Should be"), [due(one.day) for one in readings], 0),
        ],
        fmt=about.written,
    )


def periods(goal: Goal) -> charts.Chart | None:
    """The same number in the periods before, and in this one."""
    about = goal.about
    if about is None or not goal.past:
        return None
    found: list[tuple[str, Any]] = [(_name(goal, date.fromisoformat(day)), value) for day, value in goal.past]
    found.append((_name(goal, goal.starts_on), goal.value))
    series = charts.Series(str(about.label), [float(value or 0) for _label, value in found])
    return charts.stacked(
        _("Periods before"), [label for label, _value in found], [series], height=180, fmt=about.written
    )


def closer(goal: Goal) -> str:
    """Where the number can be taken apart; nowhere for what a pivot does not count."""
    asked = {
        "revenue": "subject=orders&measure=revenue&rows=month&column=channel",
        "average_order": "subject=orders&measure=average&rows=month&column=channel",
        "new_customers": "subject=customers&measure=customers&rows=month&column=source",
        "active_customers": "subject=orders&measure=customers&rows=month&column=",
        "loyal_share": "subject=customers&measure=customers&rows=stage&column=&period=all",
    }.get(goal.indicator)
    service = {"satisfaction": "rated", "first_reply": "first", "promises_kept": "missed"}.get(goal.indicator)
    if service:
        return f"{reverse('reports:conversations')}?measure={service}&from={goal.starts_on}&to={goal.ends_on}"
    if not asked:
        return ""
    own = f"&at=owner:{goal.owner_id}" if goal.whose == Goal.Whose.PERSON else ""
    period = "" if "period=" in asked else f"&period=own&from={goal.starts_on}&to={goal.ends_on}"
    return f"{reverse('pivot:table')}?{asked}{period}{own}"


def _name(goal: Goal, first: date) -> str:
    if goal.period == Goal.Period.YEAR:
        return str(first.year)
    if goal.period == Goal.Period.QUARTER:
        return f"{first.year} Q{(first.month + 2) // 3}"
    return f"{first:%Y-%m}"
