from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from channels.store.models import Shop
from channels.store.reading import LISTS


class CounterForm(forms.Form):
    """Which shop's counter one stands at, and what is listed. What makes no sense shows everything."""

    shop = forms.ModelChoiceField(Shop.objects.filter(is_open=True), required=False)
    show = forms.ChoiceField(choices=[(one, one) for one in LISTS], required=False)

    def chosen(self) -> Shop | None:
        self.is_valid()
        found: Shop | None = self.cleaned_data.get("shop")
        return found

    def shown(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("show") or LISTS[0])


class FindForm(forms.Form):
    q = forms.CharField(label=_("Code, order number or last four digits"), max_length=120, required=False)

    def typed(self) -> str:
        return str(self.cleaned_data["q"]) if self.is_valid() else ""


class HandOutForm(forms.Form):
    fetched_by = forms.CharField(max_length=100, required=False)


class ExpectForm(forms.Form):
    """An order that is to be fetched, and where."""

    order = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    shop = forms.ModelChoiceField(Shop.objects.filter(is_open=True))


class ShopForm(forms.ModelForm[Shop]):
    class Meta:
        model = Shop
        fields = ("name", "key", "city", "address", "opening_hours", "is_open")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(Column("name"), Column("key")),
            Row(Column("city"), Column("opening_hours")),
            "address",
            "is_open",
        )
