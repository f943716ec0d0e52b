"""Writes what customers can be found by. Called after anything that changes a name or an identity."""

from collections import defaultdict
from collections.abc import Iterable

from customers import search
from customers.identity.models import Identity
from customers.models import Customer, SearchDocument

NUMBERS = (Identity.Kind.CUSTOMER_NUMBER, Identity.Kind.CARD)


def index(customer_ids: Iterable[int]) -> None:
    customers = Customer.objects.filter(pk__in=list(customer_ids))
    said = _identities(customers.values_list("pk", flat=True))
    documents = [
        SearchDocument(
            customer=one,
            tokens=search.tokens(
                one.name,
                company=one.company,
                phones={*filter(None, [one.phone]), *said[one.pk, Identity.Kind.PHONE]},
                emails={*filter(None, [one.email]), *said[one.pk, Identity.Kind.EMAIL]},
                numbers=[value for kind in NUMBERS for value in said[one.pk, kind]],
            ),
        )
        for one in customers
    ]
    SearchDocument.objects.bulk_create(
        documents, update_conflicts=True, unique_fields=["customer"], update_fields=["tokens"]
    )


def _identities(customer_ids: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    attached = Identity.objects.attached().filter(profile__customer__in=customer_ids)
    for customer, kind, value in attached.values_list("profile__customer", "kind", "value"):
        found[customer, kind].append(value)
    return found
