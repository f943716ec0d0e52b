"""Followers and notices in the customer's copy, and in an erasure: they are about colleagues."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register

COLLEAGUES = _("Says which of our colleagues follow the news, nothing about the customer.")


def register_all() -> None:
    for model, label in (("notices.follow", _("Followers")), ("notices.notice", _("Notices"))):
        register(Holding(model, label, (), Remove(), hidden=COLLEAGUES))
