"""Ratings and figures in the customer's copy and in an erasure: what was said goes, the numbers stay."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Keep, Remove, register


def register_all() -> None:
    register(
        Holding(
            "reports.rating",
            _("How you rated us"),
            ("asked_at", "at", "score", "comment"),
            Blank({"comment": ""}),
            paths=("conversation__customer",),
            order=77,
        )
    )
    register(
        Holding(
            "reports.asking",
            _("Whether you were asked for a rating"),
            ("at", "outcome"),
            Remove(),
            paths=("conversation__customer",),
            order=77,
        )
    )
    register(
        Holding(
            "reports.fact",
            _("Times of your conversations"),
            ("day", "first_reply", "resolution", "reopened"),
            Keep(_("Times and counts only; sums of service must stay what they were.")),
            paths=("conversation__customer",),
            order=78,
        )
    )
