"""Taking a save back: the inverse change, which is a change itself and stands in the history as one."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib.errors import Refused
from customers import services
from customers.models import Customer
from customers.record import fields
from customers.record.clashes import Clash
from customers.record.models import Change


class ChangedSince(Refused):
    """Some of it was changed again. Undoing would take that away too, so somebody has to say so."""

    def __init__(self, found: list[Clash]) -> None:
        super().__init__(_("This was changed again since. Please choose what is to stand there."))
        self.clashes = found


@transaction.atomic
def undo(
    customer: Customer, version: int, *, by: User, only: Collection[str] = (), seen: int = 0
) -> Customer:
    """Puts back what stood there before the save that made `version`, or `only` some fields of it.

    Raises ChangedSince for fields that hold something else by now, unless the person decided with the
    customer's version `seen` before them.
    """
    current = Customer.objects.present().select_for_update().get(pk=customer.pk)
    changes = list(Change.objects.filter(customer=current, version=version).exclude(field=fields.DELETED))
    chosen = [one for one in changes if not only or one.field in _with_partners(only)]
    if not chosen:
        raise Refused(_("There is nothing to undo here."))
    _check_rights(chosen, by)
    moved = [one for one in chosen if fields.current(current, one.field) != one.new]
    if moved and seen != current.version:
        raise ChangedSince(
            [Clash(one.field, one.old, fields.current(current, one.field), one.new) for one in moved]
        )
    return _put_back(current, chosen, by)


def _put_back(customer: Customer, changes: list[Change], by: User) -> Customer:
    columns = [one for one in changes if not fields.family_of(one.field)]
    before = {one.field: fields.load(one.field, one.old) for one in columns}
    if before:
        customer = services.update(
            customer, before, version=customer.version, by=by, source=Change.Source.UNDO
        )
    for one in changes:
        if family := fields.family_of(one.field):
            family.restore(customer, {one.field: one.old}, by)
    return customer


def _with_partners(names: Collection[str]) -> set[str]:
    """Quiet hours begin and end together."""
    quiet = {"quiet_from", "quiet_until"}
    return {*names, *(quiet if quiet & set(names) else ())}


def _check_rights(changes: list[Change], by: User) -> None:
    if any(one.field in fields.HANDED_OVER for one in changes) and not by.may("customer", "assign"):
        raise Refused(_("Only who may hand over customers can undo that."))
