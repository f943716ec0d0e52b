"""Source profiles and identities in the customer's copy, and in an erasure: all of them go."""

from django.utils.translation import gettext_lazy as _

from customers.holdings import Holding, Remove, register


def register_all() -> None:
    register(
        Holding(
            "identity.identity",
            _("How we recognise you"),
            ("kind", "value", "source", "verified_at", "first_seen_at", "last_seen_at", "detached_at"),
            Remove(),
            paths=("profile__customer",),
            order=10,
        )
    )
    register(
        Holding(
            "identity.profile",
            _("What each source told us"),
            ("source", "source_key", "raw", "first_seen_at", "last_seen_at"),
            Remove(),
            order=11,
        )
    )
