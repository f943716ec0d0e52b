"""The relations of a customer as a colleague may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer
from customers.relations.models import LABELS, Relation

# More than a page can hold is a list of its own.
MOST = 50


@dataclass(frozen=True)
class Row:
    """One relation. Of an `other` that the colleague may not see nothing is told but that there is one."""

    label: str | Promise
    other: Customer | None
    pk: int = 0


def rows(customer: Customer, user: User, most: int = MOST) -> list[Row]:
    found = list(Relation.objects.of(customer).order_by("pk")[:most])
    seen = _seen(user, [_other(one, customer) for one in found])
    told = [Row(_label(one, customer), seen.get(_other(one, customer)), one.pk) for one in found]
    return [*_workplace(customer, user), *sorted(told, key=lambda row: str(row.label))]


def staff(organisation: Customer, user: User, most: int) -> list[Customer]:
    """The people who work there, as far as the colleague may see them; the last active first."""
    people = Customer.objects.visible_to(user).filter(organisation=organisation)
    return list(people.order_by("-touched_at", "-pk")[:most])


def _workplace(customer: Customer, user: User) -> list[Row]:
    if customer.organisation_id is None:
        return []
    there = Customer.objects.present().filter(pk=customer.organisation_id).exists()
    seen = _seen(user, [customer.organisation_id])
    return [Row(_("Works at"), seen.get(customer.organisation_id))] if there else []


def _seen(user: User, pks: Iterable[int]) -> dict[int, Customer]:
    return {one.pk: one for one in Customer.objects.visible_to(user).filter(pk__in=list(pks))}


def _other(relation: Relation, customer: Customer) -> int:
    return relation.other_id if relation.one_id == customer.pk else relation.one_id


def _label(relation: Relation, customer: Customer) -> str | Promise:
    return LABELS[relation.kind][relation.one_id != customer.pk]
