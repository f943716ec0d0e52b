"""The fields a company defined for its customers, as facts. They are looked up whenever a rule is read."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db.models import Q

from crm.accounts.models import User
from customers.fields import definitions
from customers.fields.definitions import Definition
from customers.fields.models import CustomField, FieldValues
from segments.facts import Fact, Group, Kind, Test, register_source
from segments.rows import Having, Rows, fact

PREFIX = "custom"
KINDS: dict[str, Kind] = {
    CustomField.Kind.TEXT: Kind.TEXT,
    CustomField.Kind.LINK: Kind.TEXT,
    CustomField.Kind.NUMBER: Kind.DECIMAL,
    CustomField.Kind.MONEY: Kind.MONEY,
    CustomField.Kind.DATE: Kind.DAY,
    CustomField.Kind.CHOICE: Kind.CHOICE,
    CustomField.Kind.SEVERAL: Kind.SEVERAL,
}
COMPARED = {
    "is": "exact",
    "at_least": "gte",
    "at_most": "lte",
    "contains": "icontains",
    "starts": "istartswith",
}
# Suggestions come from the newest customers: reading them all would cost more than the suggestion is worth.
NEWEST, MOST_SUGGESTIONS = 2000, 50


def register_all() -> None:
    register_source(PREFIX, facts)


def facts() -> Iterable[Fact]:
    return [
        fact(
            f"{PREFIX}.{one.key}",
            one.label,
            Group.CUSTOM,
            KINDS[one.kind],
            Having(_holding(one)),
            choices=partial(_choices, one),
            suggest=_used(one) if one.kind == CustomField.Kind.TEXT else _nothing,
            open_to=one.may_see,
        )
        for one in definitions.current()
    ]


def _holding(definition: Definition) -> Rows:
    return lambda test: FieldValues.objects.filter(_matches(definition, test))


def _matches(definition: Definition, test: Test) -> Q:
    key = definition.key
    if test.operator == "filled":
        return Q(values__has_key=key)
    if test.operator == "all_of":
        return Q(values__contains={key: list(test.value)})
    if test.operator == "any_of":
        return reduce(or_, (_holds(definition, one) for one in test.value))
    if test.operator in ("within", "beyond", "ahead", "since", "until"):
        return _on_days(f"values__{key}", test)
    if test.operator == "between":
        low, high = map(_plain, test.value)
        return Q(**{f"values__{key}__gte": low, f"values__{key}__lte": high})
    return Q(**{f"values__{key}__{COMPARED[test.operator]}": _plain(test.value)})


def _holds(definition: Definition, value: str) -> Q:
    """Asked as containment, which the index answers; a value inside a list is written as a list of one."""
    is_list = definition.kind == CustomField.Kind.SEVERAL
    return Q(values__contains={definition.key: [value] if is_list else value})


def _on_days(path: str, test: Test) -> Q:
    """Dates are kept like 2024-01-31, and sort as text."""
    today = test.today
    if test.operator == "within":
        return Q(**{f"{path}__gte": str(today - timedelta(days=test.value)), f"{path}__lte": str(today)})
    if test.operator == "ahead":
        return Q(**{f"{path}__gte": str(today), f"{path}__lte": str(today + timedelta(days=test.value))})
    if test.operator == "beyond":
        return Q(**{f"{path}__lt": str(today - timedelta(days=test.value))})
    return Q(**{f"{path}__{'gte' if test.operator == 'since' else 'lte'}": str(test.value)})


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, str | int) else str(value)


def _choices(definition: Definition) -> Sequence[tuple[str, str]]:
    return [(one.key, one.label) for one in definition.options]


def _nothing(user: User) -> Sequence[str]:
    return ()


def _used(definition: Definition) -> Callable[[User], Sequence[str]]:
    def suggest(user: User) -> Sequence[str]:
        rows = (
            FieldValues.objects.visible_to(user)
            .order_by("-pk")
            .values_list(f"values__{definition.key}", flat=True)
        )
        return sorted({value for value in rows[:NEWEST] if value})[:MOST_SUGGESTIONS]

    return suggest
