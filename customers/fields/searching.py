"""Finding customers by what stands in their searchable fields."""

from collections.abc import Collection
from typing import Any

from customers.fields import definitions
from customers.fields.definitions import Definition, Kind
from customers.fields.models import FieldValues
from customers.identity import indexing

SEARCHABLE = (Kind.TEXT, Kind.NUMBER, Kind.CHOICE, Kind.SEVERAL)
# Whoever searches types a few words of it; the rest of a long text would only fill the index.
LONGEST = 100


def register() -> None:
    indexing.register(words)


def words(customer_ids: Collection[int]) -> dict[int, list[str]]:
    """The texts by which each customer can be found, beside names and handles."""
    searchable = [one for one in definitions.current() if one.is_searchable]
    if not searchable:
        return {}
    rows = FieldValues.objects.filter(customer__in=customer_ids).values_list("customer", "values")
    return {
        customer: [text[:LONGEST] for one in searchable for text in _texts(one, values.get(one.key))]
        for customer, values in rows
    }


def _texts(definition: Definition, value: Any) -> list[str]:
    """Choices by their words in every language, because colleagues search in theirs."""
    if value is None:
        return []
    if definition.options:
        chosen = value if isinstance(value, list) else [value]
        return [word for word, key in definition.words.items() if key in chosen]
    return [str(value)]
