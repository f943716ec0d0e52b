"""The history of changes in the customer's copy, and in an erasure: that there were changes stays."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, register


def register_all() -> None:
    register(
        Holding(
            "record.change",
            _("How your details changed"),
            ("at", "field", "old", "new", "source"),
            Blank({"old": None, "new": None}),
            order=40,
        )
    )
