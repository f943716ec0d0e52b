"""Who is related to a customer, and how: search as you type among those one may see."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from customers import search
from customers.models import Customer, CustomerQuerySet
from customers.relations.models import BACKWARD, FORWARD, LABELS, is_directed

SHOWN = 8


def choices() -> list[tuple[str, str]]:
    found = []
    for kind, (forward, backward) in LABELS.items():
        found.append((f"{kind}:{FORWARD}", str(forward)))
        if is_directed(kind):
            found.append((f"{kind}:{BACKWARD}", str(backward)))
    return found


def others(user: User, customer: Customer) -> CustomerQuerySet:
    return Customer.objects.visible_to(user).exclude(pk=customer.pk)


def find(user: User, customer: Customer, text: str) -> list[Customer]:
    text = text.strip()
    return search.find(others(user, customer), text, SHOWN) if text else []


class RelationForm(forms.Form):
    """`other` is the key of what was chosen; without scripts only its name comes, in `other_text`."""

    role = forms.ChoiceField(label=gettext_lazy("This customer"), choices=choices)
    other = forms.CharField(required=False, max_length=18)
    other_text = forms.CharField(label=gettext_lazy("Other customer"), max_length=200)

    def __init__(self, data: Any = None, *, user: User, customer: Customer) -> None:
        super().__init__(data)
        self.rows = others(user, customer)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if name := cleaned.get("other_text"):
            cleaned["customer"] = self._chosen(cleaned.get("other", ""), name)
        return cleaned

    def _chosen(self, key: str, name: str) -> Customer:
        if key.isascii() and key.isdecimal():
            chosen = self.rows.filter(pk=key).first()
            if chosen and chosen.name == name:
                return chosen
        found = list(self.rows.filter(name=name)[:2])
        if len(found) != 1:
            raise ValidationError({"other_text": _("Please choose a customer from the list.")})
        return found[0]
