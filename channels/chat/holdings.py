"""Permissions still to be confirmed in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "chat.optin",
            _("Permissions asked for on forms"),
            ("email", "purpose", "text_version", "evidence", "asked_at", "confirmed_at"),
            Remove(),
            order=66,
        )
    )
