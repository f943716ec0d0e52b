"""Privacy's own tables, and those of the customer itself, in the copy and in an erasure."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from customers import holdings
from customers.holdings import Blank, Holding, Keep, Remove

# What stays of the customer: kind and country for the accounts, source and dates for the counts.
EMPTIED: dict[str, Any] = {
    **dict.fromkeys(("company", "job_title", "phone", "email", "gender", "province", "city"), ""),
    **dict.fromkeys(("address", "postcode", "language", "preferred_channel"), ""),
    **dict.fromkeys(("birthday", "organisation", "quiet_from", "quiet_until"), None),
    "tags": [],
    "birthday_is_lunar": False,
}

SHOWN = (
    *("kind", "name", "company", "job_title", "phone", "email", "gender", "birthday", "birthday_is_lunar"),
    *("country", "province", "city", "address", "postcode", "language", "preferred_channel", "tags"),
    *("source", "created_at", "touched_at"),
)


def register_all() -> None:
    holdings.register(
        Holding(
            "customers.customer",
            _("About you"),
            SHOWN,
            Blank({"name": nameless, **EMPTIED}),
            paths=("pk",),
            order=0,
        )
    )
    holdings.register(
        Holding(
            "customers.share",
            _("Colleagues who may work on it"),
            (),
            Remove(),
            hidden=_("Says which of our colleagues work on it, nothing about the customer."),
        )
    )
    holdings.register(
        Holding(
            "customers.searchdocument",
            _("Search words"),
            (),
            Remove(),
            hidden=_("Made of the name and the contacts, which are in the copy."),
        )
    )
    _register_own()


def _register_own() -> None:
    holdings.register(
        Holding(
            "privacy.subjectrequest",
            _("Requests about your data"),
            ("kind", "law", "way", "note", "received_at", "due_on", "status", "closed_at", "answer"),
            Blank({"note": "", "proof": "", "answer": "–"}),
            order=90,
        )
    )
    holdings.register(
        Holding(
            "privacy.erasure",
            _("Erasure"),
            (),
            Keep(_("Proves that it was done, and names nobody.")),
            hidden=_("Our own record of when data was erased."),
        )
    )
    holdings.register(
        Holding(
            "privacy.protection",
            _("Restriction"),
            ("restricted_at",),
            Remove(),
            order=91,
        )
    )


def nameless(pk: int) -> str:
    """What an erased customer is called, in the company's own language."""
    with override(settings.LANGUAGE_CODE):
        return str(_("Erased customer %(number)s") % {"number": pk})
