"""What customers type about themselves. What they leave empty stays as it is."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import phones, reading
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.forms import read
from customers.models import Customer
from customers.quality.asking import FIELDS, HIDDEN, SHOWN

LENGTHS = {"name": 200, "province": 80, "city": 80, "address": 300, "postcode": 20}
ON_RECORD = _("We have one. Fill this in only if it changed.")


class OwnDataForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("customer", "Name"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    email = forms.CharField(label=pgettext_lazy("address", "E-mail"), required=False, max_length=254)
    birthday = forms.DateField(
        label=_("Birthday"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    gender = forms.ChoiceField(
        label=_("Gender"), required=False, choices=[("", _("Not said")), *Customer.Gender.choices]
    )
    province = forms.CharField(label=_("Province"), required=False)
    city = forms.CharField(label=_("City"), required=False)
    address = forms.CharField(label=_("Address"), required=False)
    postcode = forms.CharField(label=_("Postcode"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, customer: Customer) -> None:
        self.customer = customer
        super().__init__(data, initial={name: getattr(customer, name) for name in SHOWN}, label_suffix="")
        masks = {"phone": mask_phone, "email": mask_email}
        for name in HIDDEN:
            if kept := getattr(customer, name):
                hint = masks[name](kept) if name in masks else ON_RECORD
                self.fields[name].help_text = hint
        for name, field in self.fields.items():
            field.widget.attrs["class"] = (
                "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            )
            if name in LENGTHS:
                field.widget.attrs["maxlength"] = LENGTHS[name]

    def clean_phone(self) -> str:
        return str(read(phones.normalise, self.cleaned_data["phone"]))

    def clean_email(self) -> str:
        return str(read(reading.email, self.cleaned_data["email"]))

    def clean_birthday(self) -> Any:
        day = self.cleaned_data["birthday"]
        if day and not timezone.localdate().year - 120 <= day.year <= timezone.localdate().year:
            raise forms.ValidationError(_("This cannot be a birthday."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name, longest in LENGTHS.items():
            if name in said:
                said[name] = read(partial(reading.line, longest=longest), said[name])
        return said

    def changes(self) -> dict[str, str]:
        """What differs from what we have, as text. Nothing can be deleted here, only corrected."""
        said = self.cleaned_data
        return {
            name: str(said[name])
            for name in FIELDS
            if said.get(name) and str(said[name]) != str(getattr(self.customer, name) or "")
        }
