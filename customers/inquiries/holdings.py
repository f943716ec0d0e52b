"""Checks and questions in the customer's copy, and in an erasure."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.holdings import Blank, Holding, Remove, Subject, register, register_eraser
from customers.inquiries.models import Check


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
    register_eraser("inquiries", forget)


def forget(subject: Subject) -> Iterable[str]:
    """Checks that met the customer, or asked for somebody of that name."""
    Check.objects.filter(Q(matches__customer=subject.pk) | Q(about__iexact=subject.name)).delete()
    return []
