"""Single messages in the customer's copy, and in an erasure: that one went stays, its words go."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, register


def register_all() -> None:
    register(
        Holding(
            "direct.directmessage",
            _("Messages from colleagues"),
            ("created_at", "purpose", "subject", "body", "address", "state", "sent_at"),
            Blank(
                {
                    "subject": "",
                    "body": "",
                    "fields": {},
                    "instead": None,
                    "markup": None,
                    "address": "",
                    "provider_id": "",
                }
            ),
            order=63,
        )
    )
