"""Data quality in the customer's copy, and in an erasure."""

from django.utils.translation import gettext_lazy as _

from customers import holdings, retention
from customers.holdings import Holding, Remove
from customers.quality.models import Proposal


def register_all() -> None:
    holdings.register(
        Holding(
            "quality.quality",
            _("How good our data about you is"),
            ("score", "completeness", "accuracy", "timeliness", "problems"),
            Remove(),
            order=80,
        )
    )
    holdings.register(
        Holding(
            "quality.refresh",
            _("When we asked you about your data"),
            ("asked_at", "status", "answered_at"),
            Remove(),
            order=82,
        )
    )
    holdings.register(
        Holding(
            "quality.proposal",
            _("What you corrected"),
            ("made_at", "field", "value", "state", "decided_at"),
            Remove(),
            paths=("refresh__customer",),
            order=81,
        )
    )
    _register_retention()


def _register_retention() -> None:
    retention.register(
        retention.Kind(
            "corrections",
            _("Corrections that were decided about"),
            _("What customers corrected themselves. What was taken over is in their data."),
            180,
            lambda before: Proposal.objects.filter(decided_at__lt=before),
            lambda pks: Proposal.objects.filter(pk__in=pks).delete()[0],
            order=80,
        )
    )
