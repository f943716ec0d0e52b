"""Custom fields in the customer's own copy; in an erasure they go."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(Holding("fields.fieldvalues", _("Further details"), ("values", "updated_at"), Remove()))
