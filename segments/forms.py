from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from segments.history import ENTERED, LEFT
from segments.models import Segment


class SegmentForm(forms.ModelForm[Segment]):
    """Name and description; the rule beside them is read by segments.builder."""

    class Meta:
        model = Segment
        fields = ("name", "description")
        help_texts = {"name": _("As colleagues will look for it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("name", "description")


class CrossingFilter(forms.Form):
    """Whether those who came or those who went are shown, and of how many days."""

    PERIODS = (7, 30, 90)

    which = forms.ChoiceField(choices=[(ENTERED, ENTERED), (LEFT, LEFT)], required=False)
    days = forms.TypedChoiceField(choices=[(days, days) for days in PERIODS], coerce=int, required=False)

    def asked(self) -> tuple[str, int]:
        found = self.cleaned_data if self.is_valid() else {}
        return found.get("which") or ENTERED, found.get("days") or 30


class WhyFilter(forms.Form):
    """A customer, or words to find one by."""

    q = forms.CharField(required=False, max_length=100, strip=True)
    customer = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def asked(self) -> tuple[str, int | None]:
        found = self.cleaned_data if self.is_valid() else {}
        return found.get("q", ""), found.get("customer")


class SegmentFilter(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(required=False, max_length=100, strip=True)
