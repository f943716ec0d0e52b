"""Orders in the customer's copy, and in an erasure: accounts must add up, so all of them stay."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register

ACCOUNTS = _("Accounts must add up, and tax law wants them kept.")


def register_all() -> None:
    shown = ("external_id", "source", "channel", "status", "placed_at", "amount", "refunded", "currency")
    register(Holding("orders.order", _("Orders"), shown, Keep(ACCOUNTS), order=30))
    register(
        Holding(
            "orders.orderline",
            _("What you ordered"),
            ("order__external_id", "product__name", "quantity", "amount"),
            Keep(ACCOUNTS),
            paths=("order__customer",),
            order=31,
        )
    )
    register(
        Holding(
            "orders.rollup",
            _("Your orders in total"),
            ("orders", "days", "total", "first_order_at", "last_order_at"),
            Keep(ACCOUNTS),
            order=32,
        )
    )
