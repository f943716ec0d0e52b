"""Scores in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "scoring.score",
            _("How we rate your purchases"),
            ("recency", "frequency", "monetary", "group", "stage", "since"),
            Keep(_("Worked out anew from the orders, which stay.")),
            order=71,
        )
    )
