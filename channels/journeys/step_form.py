"""What the forms of all kinds of steps have in common."""

from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, LayoutObject
from django import forms
from django.http import QueryDict


class StepForm(forms.Form):
    rows: ClassVar[tuple[tuple[str | LayoutObject, ...], ...]] = ()

    def __init__(self, data: QueryDict | None, *, design: dict[str, Any], node: dict[str, Any]) -> None:
        # A copy: what a form shows for old steps is no change to the design.
        super().__init__(data, initial={**node})
        self.design, self.node = design, node
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.layout = Layout(*(Div(*row, css_class="row") for row in self.rows))

    def settings(self) -> dict[str, Any]:
        return dict(self.cleaned_data)
