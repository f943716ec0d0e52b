"""Promises in the customer's copy, and in an erasure: times only, they stay for the counts."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "standards.clock",
            _("Answers we promised by a time"),
            ("kind", "started_at", "due_at", "met_at", "breached_at"),
            Keep(_("Times only; they count for what we promised.")),
            paths=("conversation__customer",),
            order=74,
        )
    )
