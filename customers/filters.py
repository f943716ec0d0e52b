"""The filters that every customer list has; features add theirs through customers.columns."""

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.accounts.models import User
from crm.api.models import A_PERSON
from customers import columns, facets
from customers.columns import ListFilter
from customers.forms import KEEPERS
from customers.models import Customer, CustomerQuerySet

NOBODY = "none"


def register() -> None:
    for order, one in enumerate(
        (
            ListFilter("kind", gettext_lazy("Kind"), "user-round", kinds, of_kinds),
            ListFilter("city", gettext_lazy("City"), "map-pin", cities, in_cities, is_open=True),
            ListFilter("tag", gettext_lazy("Tag"), "tag", tags, with_tags, is_open=True),
            ListFilter(
                "owner", gettext_lazy("Owner"), "user-check", owners, of_owners, is_late=lambda user: True
            ),
        )
    ):
        columns.register_filter(replace(one, order=order))


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
    """Colleagues who keep customers. What they share is seen also by those who see few others."""
    keepers = User.objects.filter(A_PERSON, is_active=True, roles__overlap=[role.value for role in KEEPERS])
    people = [(str(pk), name) for pk, name in keepers.order_by("name").values_list("pk", "name")]
    return [(NOBODY, _("Nobody")), *people]


def of_owners(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    chosen = Q(owner__in=[int(value) for value in values if value != NOBODY])
    return rows.filter(chosen | Q(owner=None) if NOBODY in values else chosen)
