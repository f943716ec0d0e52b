"""The details on the customer's page: one row a field, each edited where it stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.accounts.models import User
from customers.forms import CustomerForm
from customers.models import Customer
from customers.record import fields
from customers.record.fields import Names

# The fields that are edited as one.
TOGETHER = {
    "quiet": ("quiet_from", "quiet_until"),
    "birthday": ("birthday", "birthday_is_lunar"),
}
ROWS = {
    "name": (pgettext_lazy("customer", "Name"), "user-round"),
    "kind": (gettext_lazy("Kind"), "shapes"),
    "organisation": (gettext_lazy("Works at"), "building-2"),
    "company": (gettext_lazy("Company"), "building"),
    "job_title": (gettext_lazy("Job title"), "briefcase"),
    "phone": (gettext_lazy("Phone"), "phone"),
    "email": (pgettext_lazy("address", "E-mail"), "mail"),
    "preferred_channel": (gettext_lazy("Prefers"), "message-circle"),
    "language": (gettext_lazy("Language"), "languages"),
    "quiet": (gettext_lazy("Quiet hours"), "moon"),
    "gender": (gettext_lazy("Gender"), "user-round"),
    "birthday": (gettext_lazy("Birthday"), "cake"),
    "city": (gettext_lazy("City"), "map-pin"),
    "province": (gettext_lazy("Province"), "map"),
    "country": (gettext_lazy("Country"), "flag"),
    "address": (gettext_lazy("Address"), "house"),
    "postcode": (gettext_lazy("Postcode"), "mailbox"),
    "tags": (gettext_lazy("Tags"), "tag"),
    "owner": (gettext_lazy("Owner"), "user-check"),
    "team": (gettext_lazy("Team"), "users"),
}
REVEALS = {
    "phone": gettext_lazy("Show the whole phone number"),
    "email": gettext_lazy("Show the whole e-mail address"),
}


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    icon: str
    text: str
    customer: Customer
    may_edit: bool
    # Of an organisation that may be opened.
    link: int | None = None
    # A contact in clear, in the one answer that shows it.
    revealed: str = ""

    @property
    def is_contact(self) -> bool:
        return self.key in fields.MASKS and bool(self.text)

    @property
    def reveal_label(self) -> str:
        return str(REVEALS[self.key])

    @property
    def edit_label(self) -> str:
        """How the value, or the pencil beside it, is read out to whoever may change it."""
        if self.tags or self.link or self.is_contact:
            return _("Edit %(field)s") % {"field": self.label}
        said = {"field": self.label, "value": self.text or _("empty")}
        return _("%(field)s: %(value)s. Edit") % said

    @property
    def has_pencil(self) -> bool:
        """Where the value itself leads elsewhere."""
        return self.may_edit and bool(self.tags or self.link or self.is_contact)

    @property
    def tags(self) -> list[str]:
        return self.customer.tags if self.key == "tags" else []


@dataclass(frozen=True)
class Details:
    """What is known, and what could be added by whoever may."""

    filled: list[Row]
    empty: list[Row]


def members(key: str) -> tuple[str, ...]:
    return TOGETHER.get(key, (key,))


def key_of(field: str) -> str:
    return next((key for key, names in TOGETHER.items() if field in names), field)


def rows(customer: Customer, user: User, *, may_edit: bool, keys: Collection[str] = ()) -> list[Row]:
    """The rows in order, or those of `keys`. `customer` comes with its owner and team."""
    names = _names(customer, user)
    assigns = may_edit and user.may("customer", "assign")
    chosen = [key for key in ROWS if key in keys] if keys else list(ROWS)
    return [
        Row(
            key,
            str(ROWS[key][0]),
            ROWS[key][1],
            _text(customer, key, names),
            customer,
            assigns if key in fields.HANDED_OVER else may_edit,
            customer.organisation_id if key == "organisation" and _has_name(customer, names) else None,
        )
        for key in chosen
    ]


def details(
    customer: Customer, user: User, *, may_edit: bool, revealed: Mapping[str, str] | None = None
) -> Details:
    found = [
        replace(row, revealed=(revealed or {}).get(row.key, ""))
        for row in rows(customer, user, may_edit=may_edit)
    ]
    return Details(
        [row for row in found if row.text], [row for row in found if row.may_edit and not row.text]
    )


def field_form(
    customer: Customer, key: str, user: User, data: Mapping[str, Any] | None = None
) -> CustomerForm | None:
    """A form of this row's fields; None when the user may not write them."""
    only = members(key)
    if key not in ROWS:
        return None
    form = CustomerForm(data, instance=customer, user=user, only=only)
    if len(form.fields) < len(only):
        return None
    wrong = form.errors if data is not None else {}
    for name, field in form.fields.items():
        css = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
        field.widget.attrs |= {
            "class": f"{css} is-invalid" if name in wrong else css,
            "aria-label": str(field.label),
        }
    return form


def _names(customer: Customer, user: User) -> Names:
    """Owner and team are at hand; an organisation is looked up, and only if the user may see it."""
    found = {
        (name, row.pk): str(row) for name, row in (("owner", customer.owner), ("team", customer.team)) if row
    }
    return {**found, **fields.names_of([("organisation", customer.organisation_id)], user)}


def _has_name(customer: Customer, names: Names) -> bool:
    return ("organisation", customer.organisation_id or 0) in names


def _text(customer: Customer, key: str, names: Names) -> str:
    if key == "quiet":
        if customer.quiet_from is None:
            return ""
        return _("%(begin)s to %(end)s") % {
            "begin": f"{customer.quiet_from:02}:00",
            "end": f"{customer.quiet_until:02}:00",
        }
    if key == "birthday" and customer.birthday and customer.birthday_is_lunar:
        return _("%(day)s, kept by the lunar calendar") % {"day": customer.birthday.isoformat()}
    if key == "organisation" and not _has_name(customer, names):
        return ""
    return fields.show(key, fields.current(customer, key), names)
