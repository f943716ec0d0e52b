"""Checks and questions in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "inquiries.inquiry",
            _("What our colleagues asked each other about you"),
            ("wish", "about", "note", "asked_at", "state", "closed_at", "answer"),
            # An answer that declines says why, and an empty one would break that rule.
            Blank({"about": "", "note": "", "answer": "–"}),
            order=85,
        )
    )
    register(
        Holding(
            "inquiries.match",
            _("Checks that met you"),
            (),
            Remove(),
            hidden=_("Says which colleague looked for you, nothing about you. Forgotten after some days."),
        )
    )
