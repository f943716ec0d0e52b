"""The filters that every customer list has; features add theirs through customers.columns."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Scope
from customers import columns, facets
from customers.forms import KEEPERS
from customers.models import Customer, CustomerQuerySet

NOBODY = "none"


def register() -> None:
    for order, (key, label, icon, choices, apply, is_open) in enumerate(
        (
            ("kind", gettext_lazy("Kind"), "user-round", kinds, of_kinds, False),
            ("city", gettext_lazy("City"), "map-pin", cities, in_cities, True),
            ("tag", gettext_lazy("Tag"), "tag", tags, with_tags, True),
            ("owner", gettext_lazy("Owner"), "user-check", owners, of_owners, False),
        )
    ):
        columns.register_filter(
            columns.ListFilter(key, label, icon, choices, apply, order=order, is_open=is_open)
        )


def kinds(user: User) -> Sequence[tuple[str, str]]:
    return [(value, str(label)) for value, label in Customer.Kind.choices]


def of_kinds(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    # One value as an equality, so that the index of the organisations is seen to fit.
    return rows.filter(kind=values[0]) if len(values) == 1 else rows.filter(kind__in=values)


def cities(user: User) -> Sequence[tuple[str, str]]:
    return [(city, city) for city in facets.frequent("city", user)]


def in_cities(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    return rows.filter(city__in=values)


def tags(user: User) -> Sequence[tuple[str, str]]:
    return [(tag, tag) for tag in facets.frequent("tags", user)]


def with_tags(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    # The index holds only customers with tags, and the database must be told that these have some.
    return rows.exclude(tags=[]).filter(tags__overlap=values)


def owners(user: User) -> Sequence[tuple[str, str]]:
    """Colleagues who keep customers; nobody for those who see only their own."""
    if user.scope("customer", "view") <= Scope.OWN:
        return []
    keepers = User.objects.filter(is_active=True, roles__overlap=[role.value for role in KEEPERS])
    people = [(str(pk), name) for pk, name in keepers.order_by("name").values_list("pk", "name")]
    return [(NOBODY, _("Nobody")), *people]


def of_owners(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    chosen = Q(owner__in=[int(value) for value in values if value != NOBODY])
    return rows.filter(chosen | Q(owner=None) if NOBODY in values else chosen)
