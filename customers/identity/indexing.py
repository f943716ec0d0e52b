"""Writes what customers can be found by. Called after anything that changes a name or an identity.

Features add texts of theirs in `AppConfig.ready()`: `register(words)`, where `words(customer_ids)` gives the
texts by customer and must cost the same few queries for many customers as for one. Whoever keeps something
else that follows from names and identities is told as well: `watch(told)`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from customers import search
from customers.identity.models import Identity
from customers.models import Customer, SearchDocument

NUMBERS = (Identity.Kind.CUSTOMER_NUMBER, Identity.Kind.CARD, Identity.Kind.ORDER)

Words = Callable[[Collection[int]], Mapping[int, Sequence[str]]]

Told = Callable[[Collection[int]], None]

_words: list[Words] = []
_watching: list[Told] = []


def register(words: Words) -> None:
    _words.append(words)


def watch(told: Told) -> None:
    """Called in `AppConfig.ready()`; `told` runs in the transaction of the change."""
    _watching.append(told)


def index(customer_ids: Iterable[int]) -> None:
    pks = list(customer_ids)
    customers = Customer.objects.filter(pk__in=pks)
    told = [words(pks) for words in _words]
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
                texts=[text for texts in told for text in texts.get(one.pk, ())],
            ),
        )
        for one in customers
    ]
    SearchDocument.objects.bulk_create(
        documents, update_conflicts=True, unique_fields=["customer"], update_fields=["tokens"]
    )
    for watcher in _watching:
        watcher(pks)


def _identities(customer_ids: Iterable[int]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    attached = Identity.objects.attached().filter(profile__customer__in=customer_ids)
    for customer, kind, value in attached.values_list("profile__customer", "kind", "value"):
        found[customer, kind].append(value)
    return found
