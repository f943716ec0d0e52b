"""Custom fields as columns of the customer list."""

from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html

from crm.accounts.models import User
from crm.lib.templatetags.ui import NOTHING
from customers import columns
from customers.fields import definitions
from customers.fields.definitions import COUNTED, Definition, Kind
from customers.fields.kinds import shown
from customers.models import Customer

# Behind the built-in columns, in the order of the fields.
FIRST = 500


def register() -> None:
    columns.register_source(added)


def added(user: User) -> Iterable[columns.Column]:
    """One query for all of them; the values come with the customers."""
    return [
        columns.Column(
            f"custom_{one.key}",
            one.label,
            partial(cell, one),
            related=("custom",),
            order=FIRST + place,
            css="number" if one.kind in COUNTED else "",
            is_default=False,
            text=partial(text, one),
        )
        for place, one in enumerate(definitions.seen_by(user))
        if one.is_listed
    ]


def value_of(definition: Definition, customer: Customer) -> Any:
    row = getattr(customer, "custom", None)
    return row.values.get(definition.key) if row else None


def text(definition: Definition, customer: Customer) -> str:
    return shown(definition, value_of(definition, customer))


def cell(definition: Definition, customer: Customer) -> str:
    found = value_of(definition, customer)
    if found is None:
        return format_html('<span class="muted">{}</span>', NOTHING)
    if definition.kind == Kind.LINK:
        return link(found)
    return format_html("{}", shown(definition, found))


def link(address: str) -> str:
    """Opened beside the CRM; the other site does not learn from where."""
    name = urlsplit(address).netloc.removeprefix("www.")
    return format_html(
        '<a class="link" href="{}" target="_blank" rel="noopener noreferrer">{}</a>', address, name
    )
