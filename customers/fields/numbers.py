"""Custom fields that hold an identity card, passport or tax number: matching compares them."""

from collections.abc import Collection

from crm.lib.columns import title_key
from customers.fields import definitions
from customers.fields.definitions import Definition, Kind
from customers.fields.models import FieldValues
from customers.matching import saying


def register() -> None:
    saying.register(numbers)


def numbers(customer_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """By customer, the number as it was written; whether it is one is for matching to judge."""
    keys = [one.key for one in definitions.current() if is_number(one)]
    if not keys:
        return {}
    rows = FieldValues.objects.filter(customer__in=customer_ids, values__has_any_keys=keys)
    return {
        customer: {"number": next(str(values[key]) for key in keys if values.get(key))}
        for customer, values in rows.values_list("customer", "values")
        if any(values.get(key) for key in keys)
    }


def is_number(definition: Definition) -> bool:
    """By what the field is called: "Tax ID", "身份证号"."""
    titles = {title_key(title) for title in (definition.key, *definition.labels)}
    return definition.kind == Kind.TEXT and not titles.isdisjoint(saying.NUMBER_TITLES)
