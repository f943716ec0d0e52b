"""Short forms above the timeline."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from customers.timeline.models import Entry
from customers.touches.services import LONGEST_NOTE

# Whoever wants to tell of something older tells it in a note.
OLDEST = timedelta(days=366)


class TouchForm(forms.Form):
    """What calls and meetings share."""

    body = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "data-mentions": ""}),
        required=False,
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"), min_value=0, max_value=24 * 60, required=False
    )
    at = forms.DateTimeField(
        label=gettext_lazy("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": field.label, "id": f"touch-{name}"}
            css = "form-select compact" if isinstance(field, forms.ChoiceField) else "form-control compact"
            if name != "body":
                field.widget.attrs["class"] = css
        self.fields["body"].widget.attrs["placeholder"] = self.fields["body"].label

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        now = timezone.now()
        if at and not now - OLDEST < at < now + timedelta(minutes=5):
            raise forms.ValidationError(_("This must have happened within the last year."))
        return at


class CallForm(TouchForm):
    direction = forms.ChoiceField(
        label=pgettext_lazy("call", "Who called"),
        choices=[
            (Entry.Direction.OUT, pgettext_lazy("call", "We called")),
            (Entry.Direction.IN, pgettext_lazy("call", "They called")),
        ],
    )
    outcome = forms.ChoiceField(label=pgettext_lazy("call", "Outcome"), choices=Entry.Outcome.choices)


class MeetingForm(TouchForm):
    place = forms.ChoiceField(label=pgettext_lazy("meeting", "Place"), choices=Entry.Place.choices)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["body"].required = True
