"""Segments in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Keep, Remove, register


def register_all() -> None:
    register(
        Holding(
            "segments.membership",
            _("Groups we count you among"),
            ("segment__name", "entered_at"),
            Keep(_("Worked out anew from what is left, at the next count.")),
            order=70,
        )
    )
    register(
        Holding(
            "segments.pick",
            _("Groups somebody put you into"),
            ("segment__name", "added_at"),
            Remove(),
            order=71,
        )
    )
    register(
        Holding(
            "segments.crossing",
            _("Groups we counted you among"),
            ("segment__name", "entered_at", "left_at"),
            Remove(),
            order=72,
        )
    )
