"""The natural group in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "grouping.belonging",
            _("Customers who buy like you"),
            ("group",),
            Keep(_("Worked out anew from the orders, which stay.")),
            order=73,
        )
    )
