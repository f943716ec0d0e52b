"""Consent in the customer's copy, and in an erasure: that something was allowed stays, the proof of it goes.

The addresses of whoever is erased are blocked by their keyed hash: no later file brings the mail back.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from channels.consent import suppression
from channels.consent.models import Suppression
from customers import holdings
from customers.holdings import Blank, Holding, Keep, Remove, Subject

KINDS = {"email": ("email",), "phone": ("sms", "phone", "whatsapp")}


def register_all() -> None:
    holdings.register(
        Holding(
            "consent.consententry",
            _("What you allowed and took back"),
            ("at", "purpose", "channel", "state", "source", "text_version", "evidence"),
            Blank({"evidence": {}}),
            order=20,
        )
    )
    holdings.register(
        Holding(
            "consent.consent",
            _("What you allow now"),
            ("purpose", "channel", "state", "at"),
            Keep(_("Proves what we were allowed to do, and names nobody.")),
            order=21,
        )
    )
    holdings.register(
        Holding(
            "consent.preferencelink",
            _("Your link to the preferences page"),
            (),
            Remove(),
            hidden=_("Only a key; the page itself shows what you allow."),
        )
    )
    holdings.register_eraser("consent", block)


def block(subject: Subject) -> Iterable[str]:
    """A household shares addresses: those that somebody else still has stay open to them."""
    for address in subject.emails - subject.shared:
        suppression.suppress("email", address, Suppression.Reason.ERASED)
    for number in subject.phones - subject.shared:
        for kind in KINDS["phone"]:
            suppression.suppress(kind, number, Suppression.Reason.ERASED)
    return []
