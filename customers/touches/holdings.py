"""Earlier wordings and pins in the customer's copy, and in an erasure: both go."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "touches.revision",
            _("Earlier wordings of notes"),
            ("replaced_at", "body"),
            Remove(),
            paths=("entry__customer",),
            order=51,
        )
    )
    register(
        Holding(
            "touches.pin",
            _("Pinned notes"),
            (),
            Remove(),
            hidden=_("The notes themselves are in the copy; this only says which stand on top."),
        )
    )
