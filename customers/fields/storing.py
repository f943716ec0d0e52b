"""Writing what stands in the custom fields of a customer."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.fields import definitions
from customers.fields.definitions import Definition
from customers.fields.kinds import shown
from customers.fields.models import FieldValues
from customers.fields.numbers import is_number
from customers.identity.indexing import index
from customers.models import Customer
from customers.record import recording
from customers.record.models import Change
from customers.timeline import services as timeline

# How the history calls the fields: a family of its own, so that no key meets a built-in name.
FAMILY = "custom"


# The built-in fields of the same save are told of under the history's own word.
TELLER = "fields"


class ChangedMeanwhile(Refused):
    """Somebody else wrote into the field after it was shown. `theirs` is what stands there now."""

    def __init__(self, theirs: Any) -> None:
        super().__init__(_("Somebody else changed this field meanwhile."))
        self.theirs = theirs


@transaction.atomic
def store(
    customer: Customer,
    given: Mapping[str, Any],
    *,
    by: User | None,
    source: str = Change.Source.FORM,
    counted: bool = False,
) -> int:
    """Writes those of `given` that differ; None empties a field. Returns the customer's version, which counts
    a change only if there was one, and not again if the caller's own save has `counted` it."""
    locked, row = _locked(customer)
    changed = {key: value for key, value in given.items() if row.values.get(key) != value}
    if not changed:
        return locked.version
    old = {key: row.values.get(key) for key in changed}
    row.values = {key: value for key, value in (row.values | changed).items() if value is not None}
    row.save()
    if not counted:
        locked.version += 1
        locked.save(update_fields=["version", "updated_at"])
    both = {f"{FAMILY}.{key}": (old[key], value) for key, value in changed.items()}
    recording.record(locked, both, by=by, source=source)
    known = definitions.by_key(definitions.current())
    touched = [known[key] for key in changed if key in known]
    _tell(locked, touched, old, changed, by=by)
    if any(one.is_searchable or is_number(one) for one in touched):
        index([customer.pk])
    return locked.version


@transaction.atomic
def correct(customer: Customer, definition: Definition, value: Any, *, was: Any, by: User) -> int:
    """Writes one field if it still holds what its writer saw. Returns the customer's version."""
    theirs = _locked(customer)[1].values.get(definition.key)
    if theirs not in (was, value):
        raise ChangedMeanwhile(theirs)
    return store(customer, {definition.key: value}, by=by, source=Change.Source.INLINE)


def values_of(customer: Customer) -> dict[str, Any]:
    row = FieldValues.objects.filter(customer=customer).first()
    return row.values if row else {}


def _locked(customer: Customer) -> tuple[Customer, FieldValues]:
    """Always the customer first, as everybody does who changes one."""
    locked = Customer.objects.present().select_for_update().filter(pk=customer.pk).first()
    if locked is None:
        raise Refused(_("This customer was deleted meanwhile."))
    FieldValues.objects.bulk_create([FieldValues(customer=locked)], ignore_conflicts=True)
    return locked, FieldValues.objects.select_for_update().get(customer=locked)


def _tell(
    customer: Customer,
    changed: list[Definition],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    by: User | None,
) -> None:
    """The timeline is read by everybody who sees the customer: a field for few is not told there."""
    fields = [
        {"labels": one.labels, "old": shown(one, old[one.key]), "new": shown(one, new[one.key])}
        for one in changed
        if one.is_open
    ]
    if fields:
        timeline.record(
            customer,
            "fields.changed",
            summary="",
            by=by,
            source=TELLER,
            source_id=recording.teller_key(customer.pk, customer.version),
            fields=fields,
        )
    audit.record("customer.fields_changed", customer, by=by, fields=sorted(one.key for one in changed))
