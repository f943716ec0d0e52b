"""Custom fields that hold an identity card, passport or tax number: matching compares them."""

from collections.abc import Collection

from crm.lib.columns import title_key
from customers.fields.definitions import Definition, Kind
from customers.fields.models import CustomField, FieldValues
from customers.matching import saying


def register() -> None:
    saying.register(numbers)


def numbers(customer_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """By customer, the number as it was written; whether it is one is for matching to judge."""
    texts = CustomField.objects.current().filter(kind=Kind.TEXT)
    rows = texts.values_list("key", "label", "label_zh")
    keys = [key for key, *labels in rows if _is_called_so(key, *labels)]
    if not keys:
        return {}
    said = FieldValues.objects.filter(customer__in=customer_ids, values__has_any_keys=keys)
    return {
        customer: {"number": next(str(values[key]) for key in keys if values.get(key))}
        for customer, values in said.values_list("customer", "values")
        if any(values.get(key) for key in keys)
    }


def is_number(definition: Definition) -> bool:
    """By what the field is called: "Tax ID", "身份证号"."""
    return definition.kind == Kind.TEXT and _is_called_so(definition.key, *definition.labels)


def _is_called_so(*titles: str) -> bool:
    return not saying.NUMBER_TITLES.isdisjoint(map(title_key, titles))
