"""Addresses in the customer's own copy; in an erasure they go."""

from django.utils.translation import gettext_lazy as _

from customers.addresses.models import PLACE
from customers.holdings import Holding, Remove, register


def register_all() -> None:
    shown = ("kind", "recipient", "phone", *PLACE)
    register(Holding("addresses.address", _("Your further addresses"), shown, Remove()))
