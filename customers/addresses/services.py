"""Keeping the addresses of a customer, and choosing which of them is the main one."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import services as customers
from customers.addresses.models import PLACE, Address, place_of
from customers.models import Customer
from customers.timeline import services as timeline

MOST = 50


@transaction.atomic
def add(customer: Customer, fields: Mapping[str, Any], *, by: User) -> Address:
    locked = _locked(customer)
    if Address.objects.filter(customer=locked).count() >= MOST:
        raise Refused(_("A customer has at most %(most)s addresses.") % {"most": MOST})
    made = Address.objects.create(customer=locked, **fields)
    _tell(made, "added", by=by)
    return made


@transaction.atomic
def change(address: Address, fields: Mapping[str, Any], *, by: User) -> None:
    """Where the main address is, is written to the customer, whose history keeps it."""
    locked = _locked(address.customer)
    current = _present(address)
    own = dict(fields)
    if current.is_main:
        place = {name: own.pop(name) for name in PLACE if name in own}
        customers.update(locked, place, version=locked.version, by=by)
    if all(getattr(current, name) == value for name, value in own.items()):
        return
    for name, value in own.items():
        setattr(current, name, value)
    current.save()
    _tell(current, "changed", by=by)


@transaction.atomic
def remove(address: Address, *, by: User) -> None:
    _locked(address.customer)
    current = _present(address)
    if current.is_main:
        raise Refused(_("The main address is not removed. Make another one the main address first."))
    _tell(current, "removed", by=by)
    current.delete()


@transaction.atomic
def make_main(address: Address, *, by: User) -> None:
    """The two change places, so nothing is lost: what stood on the customer becomes a further address."""
    locked = _locked(address.customer)
    chosen = _present(address)
    if chosen.is_main:
        return
    before, after = place_of(locked), place_of(chosen)
    _step_down(locked, before)
    for name in PLACE:
        setattr(chosen, name, "")
    chosen.is_main = True
    chosen.save()
    customers.update(locked, after, version=locked.version, by=by)


def reveal(address: Address, *, by: User) -> str:
    """The recipient's phone. The look is logged and counted like every other."""
    customers.look(address.customer, by=by, field="address_phone", address=address.pk)
    return address.phone


def _step_down(customer: Customer, place: Mapping[str, str]) -> None:
    main = Address.objects.filter(customer=customer, is_main=True).first()
    if not (place["address"] or place["city"]):
        # Nothing to keep: who had no main address, or half of one, has none afterwards.
        Address.objects.filter(customer=customer, is_main=True).delete()
        return
    row = main or Address(customer=customer, kind=Address.Kind.OTHER)
    row.is_main = False
    for name, value in place.items():
        setattr(row, name, value)
    row.save()


def _locked(customer: Customer) -> Customer:
    locked = Customer.objects.present().select_for_update().filter(pk=customer.pk).first()
    if locked is None:
        raise Refused(_("This customer was deleted meanwhile."))
    return locked


def _present(address: Address) -> Address:
    current = Address.objects.filter(pk=address.pk).first()
    if current is None:
        raise Refused(_("This address was already removed."))
    return current


def _tell(address: Address, what: str, *, by: User) -> None:
    label = Address.Kind(address.kind).label
    timeline.record(address.customer, f"address.{what}", summary=str(label), by=by, address=address.pk)
    audit.record(f"address.{what}", address, by=by, customer=address.customer_id, kind=address.kind)
