"""Predictions in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "predicting.prediction",
            _("What we expect you to buy"),
            ("lapse_risk", "expected_orders", "value", "value_low", "value_high", "potential", "engagement"),
            Keep(_("Worked out anew from the orders, which stay.")),
            order=72,
        )
    )
