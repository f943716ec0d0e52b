"""Custom fields in the form in which a customer is written down or edited."""

import json
from collections.abc import Mapping
from typing import Any, cast

from crispy_forms.layout import Div, Fieldset, Layout
from crispy_forms.layout import Field as Placed
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.accounts.models import User
from customers import form_parts
from customers.fields import definitions
from customers.fields.forms import PREFIX, ValuesForm
from customers.fields.kinds import shown
from customers.fields.storing import store, values_of
from customers.models import Customer

WAS = "custom_was"


def register() -> None:
    form_parts.register(build)


def build(data: Mapping[str, Any] | None, user: User, customer: Customer | None) -> "FieldsPart | None":
    kind = customer.kind if customer else (data or {}).get("kind", Customer.Kind.PERSON)
    offered = [one for one in definitions.edited_by(user) if one.fits(kind)]
    stored = values_of(customer) if customer else {}
    return FieldsPart(AllValuesForm(data, shown=offered, values=stored)) if offered else None


class AllValuesForm(ValuesForm):
    """All fields that a colleague may change, under one heading, with what stood in them."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.stored: Mapping[str, Any] = options["values"]
        names = list(self.fields)
        rows = [names[start : start + 2] for start in range(0, len(names), 2)]
        placed = [Div(*map(Placed, row), css_class="row") for row in rows]
        held = {one.key: self.stored[one.key] for one in self.shown if one.key in self.stored}
        self.fields[WAS] = forms.JSONField(required=False, widget=forms.HiddenInput, initial=held)
        self.helper.layout = Layout(Fieldset(_("More about this customer"), *placed), WAS)

    @property
    def was(self) -> dict[str, Any]:
        found = self.cleaned_data.get(WAS)
        return found if isinstance(found, dict) else {}

    def typed_over(self) -> dict[str, Any]:
        return {key: value for key, value in self.given.items() if value != self.was.get(key)}

    def clean(self) -> dict[str, Any]:
        """What somebody else wrote meanwhile is told; whoever saves again has seen it."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        told = _("Somebody else wrote “%(theirs)s” here meanwhile. Save again to write yours instead.")
        typed = self.typed_over()
        for one in self.shown:
            theirs = self.stored.get(one.key)
            if one.key in typed and theirs not in (self.was.get(one.key), typed[one.key]):
                self.add_error(PREFIX + one.key, told % {"theirs": shown(one, theirs) or "–"})
                self._remember_theirs()
        return cleaned

    def _remember_theirs(self) -> None:
        seen = cast(QueryDict, self.data).copy()
        seen[WAS] = json.dumps(dict(self.stored))
        self.data = seen


class FieldsPart:
    def __init__(self, form: AllValuesForm) -> None:
        self.form = form

    def is_valid(self) -> bool:
        return self.form.is_valid()

    def save(self, customer: Customer, *, by: User, counted: bool) -> int:
        return store(customer, self.form.typed_over(), by=by, counted=counted)
