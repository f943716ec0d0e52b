"""The customer's own page: what they allow, seen and changed without an account, through a signed link."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from channels.consent import gate, services, standing, texts
from channels.consent.models import PreferenceLink, Purpose
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.links import Links
from customers import letters
from customers.merging.chain import survivor_of
from customers.models import Customer
from customers.privacy.models import Protection

LINKS = Links("channels.consent.preferences", {"page": b"P"})
SOURCE = "preferences page"
SEPARATOR = "."
LETTER = "preferences"

Resolver = Callable[[str], Customer | None]
_resolvers: list[Resolver] = []


@dataclass(frozen=True)
class Visit:
    """Who came, as far as their program says: the proof of what they said."""

    address: str
    agent: str

    @property
    def evidence(self) -> dict[str, str]:
        return {"form": SOURCE, "address": self.address, "agent": self.agent[:200]}


def accept(resolver: Resolver) -> None:
    """Registers another kind of link that leads to the page, such as that of a campaign's mail."""
    _resolvers.append(resolver)


def link_to(customer: Customer) -> str:
    """The address of the customer's page. It follows PUBLIC_URL, never a request."""
    return links_to([customer])[customer.pk]


def links_to(customers: Collection[Customer]) -> dict[int, str]:
    """The addresses of several pages at once, by customer."""
    rows = PreferenceLink.objects.filter(customer__in=customers)
    keys = dict(rows.values_list("customer", "key"))
    if missing := [PreferenceLink(customer=one) for one in customers if one.pk not in keys]:
        # Whoever makes the same at this moment may be first; then theirs stands.
        PreferenceLink.objects.bulk_create(missing, ignore_conflicts=True)
        keys = dict(rows.values_list("customer", "key"))
    return {
        pk: settings.PUBLIC_URL + reverse("preferences:page", args=[LINKS.make("page", key)])
        for pk, key in keys.items()
    }


def send_link(customer: Customer, *, by: User) -> None:
    """A mail with the address of their page."""
    row, _made = PreferenceLink.objects.get_or_create(customer=customer)
    letters.post(customer, LETTER, about=row.key, by=by)


def letter(about: UUID) -> letters.Draft | None:
    customer = Customer.objects.present().filter(preference_link__key=about).first()
    if customer is None:
        return None
    return letters.Draft(
        subject=_("What may we send you?"),
        paragraphs=[
            _("Hello {{ name }},"),
            _("on this page you see what we may send you and on which channel, and you can change it."),
            _("The link is yours alone. Please do not pass it on."),
        ],
        button=_("To my preferences"),
        url=link_to(customer),
    )


def customer_of(token: str) -> Customer | None:
    """Whose page it is; None for whatever we did not make, and for those who are gone."""
    for resolver in (_by_own_link, *_resolvers):
        if found := _as_known_now(resolver(token)):
            erased = Protection.objects.filter(customer=found).exclude(erased_at=None)
            return None if found.deleted_at or erased.exists() else found
    return None


def _as_known_now(found: Customer | None) -> Customer | None:
    """Whoever became part of another customer has that one's preferences."""
    if found is None or found.deleted_at is None:
        return found
    return Customer.objects.filter(pk=survivor_of(found.pk) or found.pk).first()


def _by_own_link(token: str) -> Customer | None:
    read = LINKS.read("page", token)
    return Customer.objects.filter(preference_link__key=read[0]).first() if read else None


def rows(customer: Customer) -> list[standing.Row]:
    """The channels on which we could reach them, or about which they once said something."""
    return [
        row
        for row in standing.rows(customer)
        if any(cell.said for cell in row.cells) or _has_address(customer, row.channel)
    ]


def _has_address(customer: Customer, channel: str) -> bool:
    column = gate.ADDRESS_COLUMNS.get(channel)
    return bool(column and getattr(customer, column))


def name_of(cell: standing.Cell) -> str:
    return f"{cell.purpose}{SEPARATOR}{cell.channel}"


@transaction.atomic
def save(customer: Customer, shown: Sequence[str], ticked: Sequence[str], visit: Visit) -> int:
    """Writes down what the customer changed; `shown` are the boxes that were ticked when they saw the page.

    Only a box they moved counts: what was said elsewhere since then is not taken back by an old page.
    """
    moved = set(shown) ^ set(ticked)
    cells = {name_of(cell): cell for row in rows(customer) for cell in row.cells if cell.is_offered}
    changed = 0
    for name in sorted(moved & cells.keys()):
        cell = cells[name]
        if cell.is_allowed == (name in ticked):
            continue
        _say(customer, cell, visit, allow=name in ticked)
        changed += 1
    return changed


def stop_all(customer: Customer, visit: Visit) -> int:
    """No more offers and surveys on any channel. Messages about their own orders go on."""
    cells = [cell for row in rows(customer) for cell in row.cells if cell.purpose != Purpose.SERVICE]
    allowed = [name_of(cell) for cell in cells if cell.is_allowed]
    return save(customer, allowed, [], visit)


@transaction.atomic
def speak(customer: Customer, language: str) -> None:
    """The language in which the customer wants to be written to."""
    others = Customer.objects.filter(pk=customer.pk).exclude(language=language)
    if language in dict(settings.LANGUAGES) and others.update(language=language, version=F("version") + 1):
        audit.record("customer.changed", customer, by=None, fields=["language"], source=SOURCE)


def _say(customer: Customer, cell: standing.Cell, visit: Visit, *, allow: bool) -> None:
    if allow:
        services.grant(
            customer,
            cell.purpose,
            cell.channel,
            source=SOURCE,
            evidence=visit.evidence,
            text_version=texts.current_code(cell.purpose),
        )
    else:
        services.withdraw(customer, cell.purpose, cell.channel, source=SOURCE, evidence=visit.evidence)
