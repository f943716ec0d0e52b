from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.lib import phones, reading
from crm.lib.templatetags.ui import mask_phone
from customers.addresses.models import Address, place_of
from customers.resources import read_country


class AddressForm(forms.ModelForm[Address]):
    """A stored phone is shown masked; left as it stands, it stays as it is."""

    phone = forms.CharField(label=gettext_lazy("Phone of the recipient"), required=False, max_length=40)
    country = forms.CharField(label=gettext_lazy("Country"), required=False, max_length=40)

    class Meta:
        model = Address
        fields = ["kind", "recipient", "phone", "country", "province", "city", "address", "postcode"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.stored_phone = self.instance.phone
        self.is_main = self.instance.is_main
        self.initial["phone"] = mask_phone(self.stored_phone) if self.stored_phone else ""
        if self.is_main:
            self.initial.update(place_of(self.instance.customer))
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "kind",
            Div("recipient", "phone", css_class="row"),
            Div("country", "province", "city", css_class="row"),
            Div("address", "postcode", css_class="row"),
        )

    def clean_phone(self) -> str:
        written = self.cleaned_data["phone"].strip()
        if written and self.stored_phone and written == mask_phone(self.stored_phone):
            return self.stored_phone
        return _read(phones.normalise, written)

    def clean_country(self) -> str:
        written = self.cleaned_data["country"]
        return _read(read_country, written) if written else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned["address"] or cleaned["city"]):
            self.add_error("address", _("Please write the street or at least the city."))
        return cleaned

    def _post_clean(self) -> None:
        """The services write and the database checks: the instance stays as it is stored."""


def _read(reader: Any, text: str) -> str:
    try:
        return str(reader(text))
    except reading.Unreadable as unreadable:
        raise ValidationError(str(unreadable)) from None
