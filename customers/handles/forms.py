from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.lib import phones, reading
from customers.identity.models import Identity

Kind = Identity.Kind
# What a colleague can know. The others are only ever learned from their channel.
WRITTEN = (Kind.PHONE, Kind.EMAIL, Kind.CARD, Kind.CUSTOMER_NUMBER, Kind.ORDER, Kind.WHATSAPP)
# Unique within the system that gave them, so that has to be named.
NUMBERED = (Kind.CARD, Kind.CUSTOMER_NUMBER, Kind.ORDER)


class HandleForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(kind.value, kind.label) for kind in WRITTEN]
    )
    value = forms.CharField(label=gettext_lazy("Number or address"), max_length=254)
    scope = forms.CharField(
        label=gettext_lazy("Numbering system"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For cards, customer and order numbers: who gave them, such as the shop."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind", "")
        if kind in NUMBERED:
            if not cleaned.get("scope"):
                self.add_error("scope", _("Please name the system that gave this number."))
        else:
            cleaned["scope"] = ""
        if written := cleaned.get("value"):
            cleaned["value"] = self._read(kind, written)
        return cleaned

    def _read(self, kind: str, written: str) -> str:
        readers = {Kind.PHONE: phones.normalise, Kind.WHATSAPP: phones.normalise, Kind.EMAIL: reading.email}
        try:
            found = readers[Kind(kind)](written) if kind in readers else reading.number(written, 254)
        except reading.Unreadable as unreadable:
            raise ValidationError({"value": str(unreadable)}) from None
        if not found:
            raise ValidationError({"value": _("Please write something first.")})
        return found
