from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from segments.grouping.models import Lookalike
from segments.models import Segment


class LookalikeForm(forms.ModelForm[Lookalike]):
    """How many are wanted, and what the segment of them is to be called."""

    wanted = forms.IntegerField(label=_("How many"), min_value=10, max_value=100_000, initial=500)

    class Meta:
        model = Lookalike
        fields = ("name", "wanted")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("name", "wanted")

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if Segment.objects.filter(name=name).exists():
            raise ValidationError(_("There is a segment of this name already."))
        return name
