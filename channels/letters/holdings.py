"""Letters in the customer's copy, and in an erasure: their words are nowhere kept."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, register


def register_all() -> None:
    register(
        Holding(
            "letters.letter",
            _("Letters we sent you"),
            ("kind", "state", "reason", "asked_at", "sent_at"),
            Keep(_("That a letter went and when; it holds neither words nor address.")),
            order=62,
        )
    )
