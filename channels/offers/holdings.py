"""Coupons in the customer's copy, and in an erasure: a code names nobody, the sums of the offer stay."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    names_nobody = Keep(_("A code and its sums, which name nobody."))
    register(
        Holding(
            "offers.coupon",
            _("Coupons you were given"),
            ("offer__name", "code", "given_at", "used_at"),
            names_nobody,
            order=62,
        )
    )
    register(
        Holding(
            "offers.redemption",
            _("Coupons you redeemed"),
            ("offer__name", "order_number", "discount", "at", "taken_back_at"),
            names_nobody,
            order=63,
        )
    )
