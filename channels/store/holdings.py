"""Pick-ups in the customer's copy, and in an erasure: who came for the order is forgotten."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, register


def register_all() -> None:
    register(
        Holding(
            "store.pickup",
            _("Orders fetched from a shop"),
            ("order__external_id", "shop__name", "ready_at", "picked_at", "fetched_by"),
            Blank({"fetched_by": ""}),
            paths=("order__customer",),
            order=33,
        )
    )
