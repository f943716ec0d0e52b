"""The page on which customers look over their own data: its links, its letters, what can be corrected."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from crm.lib import phones, reading
from crm.lib.links import Links
from customers.letters import Draft
from customers.models import Customer
from customers.privacy.models import Protection
from customers.quality.models import Proposal, Refresh

LINKS = Links("customers.quality", {"refresh": b"r", "verify": b"v"})
LETTER, VERIFYING = "refresh", "verify-address"
# What the page shows in clear, and what it only says that we have: a forwarded link gives away little.
SHOWN = ("name", "city", "province", "postcode", "gender", "language")
HIDDEN = ("phone", "email", "birthday", "address")
FIELDS = (
    "name",
    "phone",
    "email",
    "birthday",
    "gender",
    "province",
    "city",
    "address",
    "postcode",
    "language",
)
READERS: dict[str, Callable[[str], Any]] = {
    "phone": phones.normalise,
    "email": reading.email,
    "birthday": parse_date,
}


def read(field: str, text: str) -> Any:
    """A proposed value as the customer's column keeps it."""
    return READERS.get(field, str)(text)


def refresh_of(token: str) -> Refresh | None:
    """The request whose link this is, as long as it may be answered."""
    found = LINKS.read("refresh", token)
    if found is None:
        return None
    rows = Refresh.objects.open().filter(key=found[0], expires_at__gt=timezone.now())
    return rows.filter(customer__in=_present()).select_related("customer").first()


def proposal_of(token: str) -> Proposal | None:
    found = LINKS.read("verify", token)
    if found is None:
        return None
    rows = Proposal.objects.filter(key=found[0], refresh__customer__in=_present())
    return rows.select_related("refresh__customer").first()


def address(purpose: str, key: UUID) -> str:
    return settings.PUBLIC_URL + reverse(f"refresh:{purpose}", args=[LINKS.make(purpose, key)])


def letter(about: UUID) -> Draft | None:
    asked = Refresh.objects.open().filter(key=about, expires_at__gt=timezone.now()).first()
    if asked is None:
        return None
    return Draft(
        subject=_("Is what we know about you still right?"),
        paragraphs=[
            _("Hello {{ name }},"),
            _("we would like to reach you where you are. Please look whether your details are still right."),
            _("It takes a minute. You change what is wrong, or say that everything is right."),
        ],
        button=_("Look at my details"),
        url=address("refresh", asked.key),
    )


def verifying(about: UUID) -> Draft | None:
    """Goes to the new address: only who reads its mail can confirm it."""
    proposal = Proposal.objects.filter(key=about, state=Proposal.State.UNVERIFIED).first()
    if proposal is None:
        return None
    return Draft(
        subject=_("Please confirm your e-mail address"),
        paragraphs=[
            _("Hello {{ name }},"),
            _("you told us this address. Please confirm that it is yours, and we will use it from then on."),
            _("If you did not ask for this, you need not do anything."),
        ],
        button=_("Yes, this is my address"),
        url=address("verify", proposal.key),
        to=proposal.value,
    )


def _present() -> Any:
    erased = Protection.objects.exclude(erased_at=None).values("customer")
    return Customer.objects.present().exclude(pk__in=erased)
