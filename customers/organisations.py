"""Choosing the organisation somebody works at: search as you type among those the person may see.

The field sends two values, the key of what was chosen and the text beside it. Without scripts only the text
comes, and the organisation of exactly that name is taken.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from crm.accounts.models import User
from customers import search
from customers.models import Customer, CustomerQuerySet

SHOWN = 8
LONGEST_QUESTION = 100


def organisations(user: User) -> CustomerQuerySet:
    return Customer.objects.visible_to(user).filter(kind=Customer.Kind.ORGANISATION)


def find(user: User, text: str) -> list[Customer]:
    """What to offer for a beginning of a name; the latest ones for nothing."""
    rows = organisations(user)
    text = text.strip()[:LONGEST_QUESTION]
    if not text:
        return list(rows.order_by("-touched_at")[:SHOWN])
    return list(search.find(rows, text)[:SHOWN])


class OrganisationWidget(forms.Widget):
    template_name = "record/_organisation.html"

    # Set by the field, which knows who asks.
    namer: Callable[[Any], str] = str

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        key, text = value if isinstance(value, tuple) else (value, self.namer(value) if value else "")
        context["widget"] |= {"key": key or "", "text": text or ""}
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> Any:
        return data.get(name, ""), data.get(f"{name}_text", "").strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data


class OrganisationField(forms.Field):
    """`offer_to` says who asks; until then nothing can be chosen."""

    widget = OrganisationWidget
    user: User | None = None
    beside: Customer | None = None

    def offer_to(self, user: User, *, beside: Customer) -> None:
        self.user, self.beside = user, beside
        cast(OrganisationWidget, self.widget).namer = self.name_of

    @property
    def rows(self) -> QuerySet[Customer]:
        if self.user is None:
            return Customer.objects.none()
        return organisations(self.user).exclude(pk=(self.beside.pk if self.beside else None) or 0)

    def name_of(self, key: Any) -> str:
        """The name, as far as the user may see it."""
        found = self.rows.filter(pk=key).only("name").first() if key else None
        return found.name if found else ""

    def clean(self, value: tuple[str, str] | None) -> Customer | None:
        key, text = value or ("", "")
        if not text:
            return None
        if key.isascii() and key.isdecimal() and len(key) < 19:
            chosen = self.rows.filter(pk=key).first()
            if chosen and chosen.name == text:
                return chosen
        return self._by_name(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """An organisation that the user may not see is shown as nothing, and left as nothing it stays."""
        if data is None:
            return False
        key, text = data
        return text != self.name_of(initial) or (bool(text) and str(initial or "") != key)

    def _by_name(self, text: str) -> Customer:
        found = list(self.rows.filter(name=text[:200])[:2])
        if len(found) != 1:
            raise ValidationError(_("Please choose an organisation from the list."))
        return found[0]
