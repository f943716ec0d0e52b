"""The timeline in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, register


def register_all() -> None:
    register(
        Holding(
            "timeline.entry",
            _("What happened between us"),
            ("occurred_at", "channel", "direction", "kind", "summary", "body"),
            Blank({"summary": "", "body": "", "data": {}}),
            order=50,
        )
    )
