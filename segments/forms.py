from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

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


class SegmentFilter(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(required=False, max_length=100, strip=True)
