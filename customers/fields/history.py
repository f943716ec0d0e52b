"""Custom fields in the history of a customer: named, shown and put back like built-in ones."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.errors import Refused
from crm.lib.templatetags.ui import HIDDEN
from customers.fields import definitions
from customers.fields.definitions import Definition
from customers.fields.kinds import shown
from customers.fields.storing import FAMILY, store, values_of
from customers.models import Customer
from customers.record import fields as record
from customers.record.models import Change


def register() -> None:
    record.register_family(FAMILY, record.Family(label, show, current, restore))


def label(name: str) -> str:
    found = _definition(name)
    return found.label if found else _key(name)


def show(name: str, stored: Any) -> str:
    """The history is read by everybody who sees the customer: what few may see stays hidden in it."""
    found = _definition(name)
    if stored is None or stored == []:
        return ""
    return shown(found, stored) if found and found.is_open else HIDDEN


def current(customer: Customer, name: str) -> Any:
    return values_of(customer).get(_key(name))


def restore(customer: Customer, stored: Mapping[str, Any], by: User) -> None:
    """Only what this colleague might also write by hand."""
    given = {_key(name): value for name, value in stored.items()}
    if not given.keys() <= {one.key for one in definitions.edited_by(by)}:
        raise Refused(_("This field is not yours to change."))
    store(customer, given, by=by, source=Change.Source.UNDO)


def _definition(name: str) -> Definition | None:
    return definitions.by_key(definitions.current()).get(_key(name))


def _key(name: str) -> str:
    return name.partition(".")[2]
