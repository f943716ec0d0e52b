from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.lib import phones, reading
from customers.forms import read
from customers.inquiries.models import Inquiry
from customers.matching import handles
from customers.matching.standard import Said


class CheckForm(forms.Form):
    """A name alone would let people look through the base: what only the customer has goes with it."""

    name = forms.CharField(label=pgettext_lazy("customer", "Name"), max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    email = forms.CharField(label=pgettext_lazy("address", "E-mail"), required=False, max_length=254)
    number = forms.CharField(
        label=gettext_lazy("Tax number"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Of an organisation: the unified social credit code or the VAT number."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_phone(self) -> str:
        return str(read(phones.normalise, self.cleaned_data["phone"]))

    def clean_email(self) -> str:
        return str(read(reading.email, self.cleaned_data["email"]))

    def clean_number(self) -> str:
        written = str(self.cleaned_data["number"]).strip()
        if written and not handles.number(written):
            raise ValidationError(_("This is no valid tax number: please look at it again."))
        return written

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(one) for one in ("phone", "email", "number")):
            raise ValidationError(_("Please give a phone number, an e-mail address or a tax number as well."))
        return cleaned

    def said(self) -> Said:
        return Said(**self.cleaned_data, is_organisation=bool(self.cleaned_data["number"]))


class AskForm(forms.Form):
    wish = forms.ChoiceField(choices=Inquiry.Wish)
    note = forms.CharField(max_length=500)


class AnswerForm(forms.Form):
    agrees = forms.TypedChoiceField(
        label=gettext_lazy("Answer"),
        choices=[("1", gettext_lazy("Agree")), ("0", gettext_lazy("Decline"))],
        coerce=lambda said: said == "1",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=gettext_lazy("What you want to say"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you decline."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("agrees") is False and not cleaned.get("text"):
            self.add_error("text", _("Please say why."))
        return cleaned
