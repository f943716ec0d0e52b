from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.lib.errors import BadInput
from segments import given
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


class GivenForm(forms.Form):
    """A list of customers, pasted or as a file."""

    name = forms.CharField(label=_("Name of the new segment"), max_length=100, required=False, strip=True)
    values = forms.CharField(
        label=_("Customer numbers, e-mail addresses or phones"),
        required=False,
        max_length=given.MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("One a line, or separated by commas."),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt"}),
        help_text=_("CSV: the column that names customers is found by its title; else the first is taken."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    # Each value once, after cleaning.
    given: Sequence[str] = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            file = cleaned.get("file")
            self.given = given.read_file(file.file) if file else given.read_text(cleaned.get("values", ""))
        except BadInput as error:
            self.add_error("file" if cleaned.get("file") else "values", str(error))
        return cleaned


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
