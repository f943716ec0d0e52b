"""The filter of the customer list to which a segment's page leads."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.columns import ListFilter, register_filter
from customers.models import CustomerQuerySet
from segments.models import Membership, Segment

# The menu offers the first of them; a link may name any.
MOST_CHOICES = 50


def register_all() -> None:
    register_filter(
        ListFilter(
            "segment",
            _("Segment"),
            "shapes",
            _segments,
            _members,
            needs=("segment", "view"),
            order=39,
            is_open=True,
            is_late=lambda user: True,
        )
    )


def _segments(user: User) -> Sequence[tuple[str, str]]:
    found = Segment.objects.visible_to(user).values_list("pk", "name")[:MOST_CHOICES]
    return [(str(pk), name) for pk, name in found]


def _members(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    pks = [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 19]
    return rows.filter(pk__in=Membership.objects.filter(segment__in=pks).values("customer"))
