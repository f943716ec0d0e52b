from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.exports.models import ExportJob


class ExportForm(forms.ModelForm[ExportJob]):
    """Which file, with what, what for."""

    class Meta:
        model = ExportJob
        fields = ("format", "columns", "in_clear", "reason")
        labels = {"in_clear": _("With full phone numbers and e-mail addresses")}
        help_texts = {
            "in_clear": _("Otherwise they are masked. Full ones are logged and need a purpose."),
            "reason": _("Whoever approves reads this."),
        }

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not user.may("customer", "reveal"):
            del self.fields["in_clear"]
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("in_clear") and not cleaned.get("reason"):
            self.add_error("reason", _("Please say what you need the full contacts for."))
        return cleaned


class DecisionForm(forms.Form):
    allowed = forms.ChoiceField(choices=[("1", "yes"), ("0", "no")])
    note = forms.CharField(max_length=300, required=False)
