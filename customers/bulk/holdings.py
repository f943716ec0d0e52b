"""Bulk changes in the customer's copy, and in an erasure: that there was a change stays."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, register


def register_all() -> None:
    register(
        Holding(
            "bulk.bulkitem",
            _("Changes made to many at once"),
            (),
            Blank({"old": None}),
            hidden=_("The values themselves stand in the history of your details."),
        )
    )
