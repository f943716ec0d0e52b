"""What a journey and each kind of step ask for. `settings()` is what the design keeps of a step."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.campaigns import placeholders
from channels.consent.models import Purpose
from channels.journeys import checking
from channels.journeys.models import Journey
from channels.journeys.plan import Goal, Kind
from channels.journeys.triggers import Leap, When
from channels.journeys.waiting import Mode, Unit
from channels.models import Channel
from channels.offers.models import Offer
from crm.accounts.models import User
from customers.timeline import kinds
from segments.models import Segment

# What may stand on a timeline and is worth a journey.
EVENTS = ("campaign.clicked", "call", "visit", "meeting", "customer.tagged")
CHANNELS = ("email", "sms")


class StepForm(forms.Form):
    rows: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def __init__(self, data: QueryDict | None, *, design: dict[str, Any], node: dict[str, Any]) -> None:
        super().__init__(data, initial=node)
        self.design, self.node = design, node
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(*(Div(*row, css_class="row") for row in self.rows))

    def settings(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class WaitForm(StepForm):
    rows = (("mode",), ("number", "unit"), ("weekday", "date", "hour"))

    mode = forms.ChoiceField(label=_("Wait"), choices=Mode.choices)
    number = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("For a wait of some time."),
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=Unit.choices, initial=Unit.DAYS, required=False)
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"), choices=list(WEEKDAYS.items()), coerce=int, required=False
    )
    date = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    hour = forms.IntegerField(
        label=_("Hour"),
        min_value=0,
        max_value=23,
        required=False,
        help_text=_("By the company's clock, for a day or a date."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("mode") == Mode.FOR and not data.get("number") and "number" not in self.errors:
            self.add_error("number", _("Say how long the wait is."))
        if data.get("mode") == Mode.DATE and not data.get("date") and "date" not in self.errors:
            self.add_error("date", _("Choose the day until which to wait."))
        return data

    def settings(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data["mode"] == Mode.FOR:
            return {"mode": data["mode"], "number": data["number"], "unit": data["unit"] or Unit.DAYS.value}
        hour = 9 if data["hour"] is None else data["hour"]
        if data["mode"] == Mode.WEEKDAY:
            return {"mode": data["mode"], "weekday": data["weekday"] or 0, "hour": hour}
        return {"mode": data["mode"], "date": data["date"].isoformat(), "hour": hour}


class MessageForm(StepForm):
    needs_offer = False
    rows = (("channel", "purpose"), ("subject",), ("body",), ("offer",))

    channel = forms.TypedChoiceField(label=_("Channel"), coerce=int)
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=Purpose.choices, help_text=_("Decides which consent is asked for.")
    )
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = forms.CharField(
        label=_("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Personal fields such as {{ name }} are filled in per customer."),
    )
    offer = forms.TypedChoiceField(
        label=_("Offer"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Whose codes {{ coupon }} gives: one for each customer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = Offer.objects.current().order_by("name").values_list("pk", "name")  # no customer data
        self.fields["offer"].choices = [("", "—"), *offers]  # type: ignore[attr-defined]
        channels = Channel.objects.enabled().filter(kind__in=CHANNELS).order_by("name")
        self.fields["channel"].choices = channels.values_list("pk", "name")  # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        return self._understood("subject")

    def clean_body(self) -> str:
        return self._understood("body")

    def _understood(self, field: str) -> str:
        text: str = self.cleaned_data[field]
        try:
            found = placeholders.slots(placeholders.parse(text))
        except placeholders.NotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None
        self.needs_offer |= any(slot.field == placeholders.COUPON for slot in found)
        return text

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.needs_offer and not data.get("offer") and "offer" not in self.errors:
            self.add_error("offer", _("Choose the offer whose code is given."))
        return data


class ConditionForm(StepForm):
    rows = (("title",),)

    title = forms.CharField(
        label=_("Question"), max_length=80, help_text=_("As it stands on the card, such as: Ordered lately?")
    )


class SplitForm(StepForm):
    rows = (("percent",),)

    percent = forms.IntegerField(
        label=_("So many percent go way A"),
        min_value=1,
        max_value=99,
        initial=50,
        help_text=_("The others go way B."),
    )


class TaskForm(StepForm):
    rows = (("title",), ("assignee", "days"), ("note",))

    title = forms.CharField(label=_("What to do"), max_length=200)
    assignee = forms.TypedChoiceField(label=_("Who"), coerce=int, required=False)
    days = forms.IntegerField(label=_("Due in … days"), min_value=0, max_value=365, initial=1)
    note = forms.CharField(
        label=_("Details"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).order_by("name")
        doers = [(one.pk, str(one)) for one in people if one.may("task", "edit")]
        choices: list[tuple[Any, str | Promise]] = [("", _("Whoever owns the customer")), *doers]
        self.fields["assignee"].choices = choices  # type: ignore[attr-defined]

    def settings(self) -> dict[str, Any]:
        return {**self.cleaned_data, "assignee": self.cleaned_data["assignee"] or 0}


class TagForm(StepForm):
    rows = (("tag",), ("takes_away",))

    tag = forms.CharField(label=_("Tag"), max_length=50)
    takes_away = forms.BooleanField(label=_("Take it away instead"), required=False)


class AgainForm(StepForm):
    rows = (("to", "times"),)

    to = forms.TypedChoiceField(label=_("Go back to"), coerce=int)
    times = forms.IntegerField(
        label=_("At most … times"),
        min_value=1,
        max_value=20,
        initial=1,
        help_text=_("Then it goes on below."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from channels.journeys import words

        super().__init__(*args, **kwargs)
        passed = checking.before(self.design, self.node["id"])
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (one["id"], f"{place}. {words.title(one)}") for place, one in enumerate(passed, 1)
        ]


FORMS: dict[str, type[StepForm]] = {
    Kind.WAIT: WaitForm,
    Kind.MESSAGE: MessageForm,
    Kind.CONDITION: ConditionForm,
    Kind.SPLIT: SplitForm,
    Kind.TASK: TaskForm,
    Kind.TAG: TagForm,
    Kind.AGAIN: AgainForm,
    Kind.EXIT: StepForm,
}


class JourneyForm(forms.Form):
    """Its name, who enters it, and what ends it early."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Only colleagues see it."))
    kind = forms.ChoiceField(label=_("Begins when"), choices=When.choices)
    segment = forms.TypedChoiceField(
        label=_("Segment"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Where somebody comes into one."),
    )
    event = forms.ChoiceField(
        label=_("What"), required=False, help_text=_("Where something stands on the timeline.")
    )
    days_before = forms.IntegerField(
        label=_("Days before the birthday"), min_value=0, max_value=60, required=False, initial=0
    )
    leap = forms.ChoiceField(
        label=_("Born on 29 February: otherwise kept on"),
        choices=Leap.choices,
        initial=Leap.BEFORE,
        required=False,
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
        initial = {
            **trigger,
            "name": journey.name,
            "again": journey.design["again"],
            "goal": journey.design["goal"],
        }
        super().__init__(data, initial=initial)
        self.fields["segment"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose…")),
            *Segment.objects.visible_to(user).values_list("pk", "name"),
        ]
        self.fields["event"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose…")),
            *((name, kinds.of(name).label) for name in EVENTS),
        ]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "name",
            Div("kind", css_class="row"),
            Div("segment", "event", css_class="row"),
            Div("days_before", "leap", css_class="row"),
            "again",
            "goal",
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == When.SEGMENT and not data.get("segment"):
            self.add_error("segment", _("Choose the segment that customers come into."))
        if data.get("kind") == When.EVENT and not data.get("event"):
            self.add_error("event", _("Choose what is to stand on the timeline."))
        return data

    def trigger(self) -> dict[str, Any]:
        data = self.cleaned_data
        parts: dict[str, tuple[str, ...]] = {
            When.SEGMENT: ("segment",),
            When.EVENT: ("event",),
            When.BIRTHDAY: ("days_before", "leap"),
        }
        return {"kind": data["kind"]} | {name: data[name] or 0 for name in parts.get(data["kind"], ())}

    def design(self, before: dict[str, Any]) -> dict[str, Any]:
        return {
            **before,
            "trigger": self.trigger(),
            "again": self.cleaned_data["again"],
            "goal": self.cleaned_data["goal"],
        }


class PlaceForm(forms.Form):
    """Where a step is put in, and of which kind it is."""

    at = forms.RegexField(r"^[0-9]{1,6}[a-z]{0,3}$")
    kind = forms.ChoiceField(choices=Kind.choices)


class MoveForm(forms.Form):
    by = forms.TypedChoiceField(choices=[("-1", ""), ("1", "")], coerce=int)


class IntakeForm(forms.Form):
    segment = forms.ModelChoiceField(
        label=_("Segment"), queryset=Segment.objects.none(), empty_label=_("Choose…")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["segment"].queryset = Segment.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["segment"].widget.attrs["class"] = "form-select"
