"""Registrations in the customer's copy, and in an erasure: that somebody came stays, who it was does not."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, register


def register_all() -> None:
    register(
        Holding(
            "events.registration",
            _("Events you registered for"),
            (
                "event__title_en",
                "name",
                "email",
                "phone",
                "state",
                "registered_at",
                "came_at",
                "text_version",
            ),
            Blank({"name": "–", "email": "", "phone": "", "evidence": {}}),
            order=64,
        )
    )
