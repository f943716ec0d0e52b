"""How many customers may be the same as one that a program spoke of: told when it asks, never in its way."""

from collections.abc import Iterable, Mapping

from crm.accounts.models import User
from customers.matching import candidates, hints
from customers.matching.standard import Said, standardise
from customers.models import Customer


def counts(customer_ids: Iterable[int], reader: User) -> Mapping[int, int]:
    """By customer; only those count that the reader may see."""
    ask_from = hints.least()
    spoken_of = Customer.objects.present().filter(pk__in=set(customer_ids))
    found = {
        pk: {one.customer_pk for one in met if hints.is_alike(one.scored, ask_from)}
        for pk, met in candidates.of_each({one.pk: _subject(one) for one in spoken_of}).items()
    }
    met = set().union(*found.values())
    seen = set(Customer.objects.visible_to(reader).filter(pk__in=met).values_list("pk", flat=True))
    return {pk: len(others & seen) for pk, others in found.items()}


def _subject(customer: Customer) -> candidates.Subject:
    said = Said(
        name=customer.name,
        phone=customer.phone,
        email=customer.email,
        birthday=customer.birthday.isoformat() if customer.birthday else "",
        gender=customer.gender,
        country=customer.country,
        region=customer.province,
        city=customer.city,
        address=customer.address,
        is_organisation=customer.kind == Customer.Kind.ORGANISATION,
    )
    return candidates.Subject([standardise(said)], kind=customer.kind, beside=[customer.pk])
