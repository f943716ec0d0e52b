"""What people type about calendars and standards, cleaned."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.standards import hours
from channels.standards.hours import Spans
from channels.standards.models import Calendar, OwnDay, Policy
from crm.accounts.models import User

# A month of minutes.
LONGEST = 31 * 24 * 60


class HoursField(forms.CharField):
    """Opening hours of one day, as people write them."""

    def __init__(self, **options: Any) -> None:
        placeholder = {"placeholder": "09:00-12:00, 13:30-18:00"}
        super().__init__(required=False, max_length=200, widget=forms.TextInput(attrs=placeholder), **options)

    def to_python(self, value: Any) -> Any:
        return list(map(list, hours.read(super().to_python(value) or "")))


class CalendarForm(forms.ModelForm[Calendar]):
    class Meta:
        model = Calendar
        fields = ("name", "zone", "china")

    def __init__(self, data: Any = None, *, instance: Calendar | None = None) -> None:
        super().__init__(data, instance=instance)
        self.fields["zone"] = forms.ChoiceField(
            label=gettext_lazy("Time zone"), choices=[(zone, zone) for zone in _zones()]
        )
        week = instance.week if instance and instance.pk else [[]] * 7
        for day in range(7):
            spans: Spans = tuple((start, end) for start, end in week[day])
            self.fields[f"day_{day}"] = HoursField(label=WEEKDAYS[day], initial=hours.write(spans))
        self.helper = _helper(
            Div(Field("name"), Field("zone"), css_class="row"),
            Fieldset(
                gettext_lazy("Opening hours"),
                *(
                    Div(*(Field(f"day_{day}") for day in pair), css_class="row")
                    for pair in ((0, 1), (2, 3), (4, 5), (6,))
                ),
            ),
            "china",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        week = [cleaned.get(f"day_{day}") for day in range(7)]
        if not self.errors and not any(week):
            raise ValidationError(_("A calendar is open on at least one day."))
        self.instance.week = [day or [] for day in week]
        return cleaned


class OwnDayForm(forms.ModelForm[OwnDay]):
    spans = HoursField(label=gettext_lazy("Opening hours"), help_text=gettext_lazy("Empty: closed."))

    class Meta:
        model = OwnDay
        fields = ("on", "name", "spans")
        widgets = {"on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.helper = _helper(Div(Field("on"), Field("name"), Field("spans"), css_class="row"))


class MonthForm(forms.Form):
    """Which month the picture shows, from the address of the page."""

    month = forms.DateField(input_formats=["%Y-%m"], required=False)


class PolicyForm(forms.ModelForm[Policy]):
    class Meta:
        model = Policy
        fields = (
            "name",
            "enabled",
            "calendar",
            "first_reply",
            "next_reply",
            "resolution",
            "warn_at",
            "pauses_pending",
            "pauses_snoozed",
            "tells",
            "person",
        )
        help_texts = {
            "first_reply": gettext_lazy("Minutes. Empty: no promise."),
            "next_reply": gettext_lazy("Minutes. Empty: no promise."),
            "resolution": gettext_lazy("Minutes. Empty: no promise."),
            "warn_at": gettext_lazy("Per cent of the time."),
        }

    def __init__(self, data: Any = None, *, instance: Policy | None = None) -> None:
        super().__init__(data, instance=instance)
        for name in ("first_reply", "next_reply", "resolution"):
            self.fields[name].min_value = 1  # type: ignore[attr-defined]
            self.fields[name].widget.attrs |= {"min": 1, "max": LONGEST}
        people = User.objects.filter(is_active=True).order_by("name", "pk")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.helper = _helper(
            Div(Field("name"), Field("calendar"), css_class="row"),
            Fieldset(
                gettext_lazy("We promise"),
                Div(Field("first_reply"), Field("next_reply"), Field("resolution"), css_class="row"),
                "pauses_pending",
                "pauses_snoozed",
            ),
            Fieldset(
                gettext_lazy("When it gets late"),
                Div(Field("warn_at"), Field("tells"), Field("person"), css_class="row"),
            ),
            "enabled",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        promised = [cleaned.get(name) for name in ("first_reply", "next_reply", "resolution")]
        if not self.errors and not any(promised):
            raise ValidationError(_("Promise at least one of the three."))
        for name, minutes in zip(("first_reply", "next_reply", "resolution"), promised, strict=True):
            if minutes is not None and not 1 <= minutes <= LONGEST:
                self.add_error(name, _("From one minute to 31 days."))
        if cleaned.get("tells") == Policy.Tells.PERSON and not cleaned.get("person"):
            self.add_error("person", _("Choose who is told."))
        return cleaned


class PlaceForm(forms.Form):
    """To which place something moves, counted from 1."""

    place = forms.IntegerField(min_value=1, max_value=1000)


@cache
def _zones() -> list[str]:
    """Kept, since the list is read from the disk."""
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def _helper(*parts: Any) -> FormHelper:
    made = FormHelper()
    made.form_tag = False
    made.disable_csrf = True
    made.layout = Layout(*parts)
    return made
