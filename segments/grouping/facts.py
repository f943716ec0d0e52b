"""The natural group as a fact. Customers without an order are in none."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from segments.facts import ALWAYS_FILLED, Fact, Group, Kind, Text, column, register
from segments.grouping import phrases
from segments.grouping.models import NaturalGroup


def register_all() -> None:
    register(
        Fact(
            "grouping.group",
            _("Natural group"),
            Group.SCORES,
            Kind.RECORD,
            column("belonging__group"),
            choices=_groups,
            without=ALWAYS_FILLED,
        )
    )


def _groups() -> Sequence[tuple[Any, Text]]:
    return [(one.pk, phrases.title(one)) for one in NaturalGroup.objects.order_by("number")]
