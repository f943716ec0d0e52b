"""Journeys in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "journeys.step",
            _("What happened on journeys"),
            ("node", "at", "what", "result"),
            Keep(_("Counts for the journey, and names nobody.")),
            paths=("run__customer",),
            order=62,
        )
    )
    register(
        Holding(
            "journeys.run",
            _("Journeys we took you on"),
            ("journey__name", "entered_at", "state", "ended_at"),
            Keep(_("Counts for the journey, and names nobody.")),
            order=64,
        )
    )
