"""Submissions in the customer's copy, and in an erasure: the counts stay with the page, the person goes."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "landing.submission",
            _("What you sent from landing pages"),
            ("page__name", "at", "source", "medium", "label"),
            Keep(_("Counts for the page, and names nobody.")),
            order=67,
        )
    )
