"""How long a step waits."""

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from channels.journeys.step_form import StepForm
from channels.journeys.waiting import Mode, Unit


class WaitForm(StepForm):
    rows = (("mode",), ("number", "unit"), ("weekday", "date", "hour"), ("china",))

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

    china = forms.BooleanField(
        label=_("Public holidays of China"),
        required=False,
        initial=True,
        help_text=_("They are no workdays, and the days that make up for them are."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if (
            data.get("mode") in (Mode.FOR, Mode.WORKDAY)
            and not data.get("number")
            and "number" not in self.errors
        ):
            self.add_error("number", _("Say how long the wait is."))
        if data.get("mode") == Mode.DATE and not data.get("date") and "date" not in self.errors:
            self.add_error("date", _("Choose the day until which to wait."))
        return data

    def settings(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data["mode"] == Mode.FOR:
            return {"mode": data["mode"], "number": data["number"], "unit": data["unit"] or Unit.DAYS.value}
        hour = 9 if data["hour"] is None else data["hour"]
        if data["mode"] == Mode.WORKDAY:
            return {"mode": data["mode"], "number": data["number"], "hour": hour, "china": data["china"]}
        if data["mode"] == Mode.WEEKDAY:
            return {"mode": data["mode"], "weekday": data["weekday"] or 0, "hour": hour}
        return {"mode": data["mode"], "date": data["date"].isoformat(), "hour": hour}
