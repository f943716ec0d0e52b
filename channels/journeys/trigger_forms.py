"""A journey's name, who enters it, and what it aims at."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from channels.journeys import festivals
from channels.journeys.checking import wrong_trigger
from channels.journeys.models import Journey
from channels.journeys.occasions import Leap
from channels.journeys.plan import Goal
from channels.journeys.triggers import When
from crm.accounts.models import User
from customers.timeline import kinds
from segments.models import Segment
from segments.movement.models import Kind as Move
from segments.scoring.models import Group, Stage

# Which settings a trigger has; the page shows no others.
PARTS: dict[str, tuple[str, ...]] = {
    When.SEGMENT: ("segment",),
    When.LEFT: ("segment",),
    When.EVENT: ("event",),
    When.ABANDONED: ("event", "hours"),
    When.BIRTHDAY: ("days_before", "leap"),
    When.FESTIVAL: ("festival", "days_before", "segment"),
    When.MOVED: ("to",),
    When.RISK: ("percent",),
    When.RATED: ("score",),
}
TEXTS = ("event", "leap", "festival", "to")


class JourneyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Only colleagues see it."))
    kind = forms.ChoiceField(label=_("Begins when"), choices=When.choices)
    segment = forms.TypedChoiceField(label=_("Segment"), coerce=int, empty_value=None, required=False)
    event = forms.CharField(
        label=_("What"),
        required=False,
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)?$", _("Choose a kind of the list, or write its name.")
            )
        ],
        widget=forms.TextInput(attrs={"list": "events", "autocomplete": "off"}),
        help_text=_("A kind of touchpoint, or the name of an event that another program sends."),
    )
    hours = forms.IntegerField(
        label=_("Hours without an order"), min_value=1, max_value=720, required=False, initial=4
    )
    festival = forms.ChoiceField(label=_("Festival"), required=False)
    days_before = forms.IntegerField(
        label=_("So many days before"), min_value=0, max_value=60, required=False, initial=0
    )
    leap = forms.ChoiceField(
        label=_("Born on 29 February: otherwise kept on"),
        choices=Leap.choices,
        initial=Leap.BEFORE,
        required=False,
        help_text=_("Who keeps the birthday by the lunar calendar is met on that day."),
    )
    to = forms.ChoiceField(label=_("Where to"), required=False)
    percent = forms.IntegerField(
        label=_("Above so many percent"), min_value=6, max_value=100, required=False, initial=70
    )
    score = forms.IntegerField(
        label=_("At most so many stars"), min_value=1, max_value=5, required=False, initial=2
    )
    again = forms.BooleanField(
        label=_("Customers may enter again"),
        required=False,
        help_text=_(
            "Once they are through, and never twice at a time. Birthdays and orders usually want this."
        ),
    )
    goal = forms.ChoiceField(
        label=_("Goal"),
        choices=Goal.choices,
        required=False,
        help_text=_("Who reaches it takes no further step. It is looked at before each step."),
    )

    def __init__(self, data: QueryDict | None, *, user: User, journey: Journey) -> None:
        trigger = journey.design["trigger"]
        kept = {"name": journey.name, "again": journey.design["again"], "goal": journey.design["goal"]}
        super().__init__(data, initial={**trigger, **kept})
        offered = {
            "segment": [("", _("Choose…")), *Segment.objects.visible_to(user).values_list("pk", "name")],
            "festival": [("", _("Choose…")), *festivals.choices()],
            "to": [
                ("", _("Choose…")),
                (Move.STAGE.label, [(f"{Move.STAGE}:{one}", one.label) for one in Stage]),
                (Move.GROUP.label, [(f"{Move.GROUP}:{one}", one.label) for one in Group]),
            ],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.events = kinds.names()
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout("name", "kind", *map(_shown_for, PART_NAMES), "again", "goal")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") and not self.errors:
            for name, problem in wrong_trigger(self.trigger()):
                self.add_error(name, problem)
        return data

    def trigger(self) -> dict[str, Any]:
        data = self.cleaned_data
        parts = PARTS.get(data["kind"], ())
        return {"kind": data["kind"]} | {
            name: data.get(name) or ("" if name in TEXTS else 0) for name in parts
        }

    def design(self, before: dict[str, Any]) -> dict[str, Any]:
        return {
            **before,
            "trigger": self.trigger(),
            "again": self.cleaned_data["again"],
            "goal": self.cleaned_data["goal"],
        }


PART_NAMES = ("festival", "segment", "event", "hours", "to", "percent", "score", "days_before", "leap")


def _shown_for(name: str) -> Div:
    """The style sheet hides what the chosen trigger does not ask."""
    kinds_of = " ".join(f"for-{kind}" for kind, parts in PARTS.items() if name in parts)
    return Div(name, css_class=f"journey-part {kinds_of}")
