"""Wishes about recommendations in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "recommending.rejection",
            _("Products you are not interested in"),
            ("product__name", "created_at"),
            Remove(),
            order=72,
        )
    )
    register(
        Holding(
            "recommending.optout",
            _("That you want no personal recommendations"),
            ("since",),
            Remove(),
            order=72,
        )
    )
