"""Custom fields on the customer's page, each with its own small form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.accounts.http import UserRequest
from crm.accounts.models import User
from customers import panels
from customers.fields import definitions
from customers.fields.definitions import Definition, Kind
from customers.fields.kinds import shown
from customers.fields.listing import link
from customers.fields.storing import values_of
from customers.models import Customer

ICONS = {
    Kind.TEXT: "text-cursor-input",
    Kind.NUMBER: "hash",
    Kind.MONEY: "coins",
    Kind.DATE: "calendar",
    Kind.CHOICE: "circle-dot",
    Kind.SEVERAL: "list-checks",
    Kind.LINK: "link",
}


@dataclass(frozen=True)
class Line:
    """One field of one customer as a colleague sees it."""

    key: str
    label: str
    icon: str
    text: str
    is_link: bool
    may_edit: bool


def register() -> None:
    panels.register(
        panels.Panel(
            "fields",
            _("More about this customer"),
            "fields/_panel.html",
            load,
            order=10,
            place=panels.FACTS,
            # Two small queries, and nothing at all where a company defines no fields.
            lazy=False,
        )
    )


def load(request: UserRequest, customer: Customer) -> Mapping[str, Any] | None:
    seen = definitions.seen_by(request.user)
    if not seen:
        return None
    values, may_edit = values_of(customer), may_change(request.user, customer)
    # What was filled in before the customer became an organisation is still shown.
    shown_ones = [one for one in seen if one.fits(customer.kind) or one.key in values]
    lines = [line(one, values.get(one.key), request.user, may_edit=may_edit) for one in shown_ones]
    return {"lines": lines} if lines else None


def line(definition: Definition, value: Any, user: User, *, may_edit: bool) -> Line:
    is_link = definition.kind == Kind.LINK and bool(value)
    return Line(
        key=definition.key,
        label=definition.label,
        icon=ICONS[Kind(definition.kind)],
        text=link(value) if is_link else shown(definition, value),
        is_link=is_link,
        may_edit=may_edit and definition.may_edit(user),
    )


def may_change(user: User, customer: Customer) -> bool:
    rows = Customer.objects.visible_to(user, "edit")
    return user.may("customer", "edit") and rows.filter(pk=customer.pk).exists()
