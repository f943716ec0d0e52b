"""Which value stays where two customers differ: verified before newest before most complete.

Fields that only make sense together, such as the lines of an address, stay together. Preview and merge ask
here, so what is shown is what happens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.identity.models import Identity
from customers.models import Customer
from customers.record import fields
from customers.record.models import Change

PLACE = ("country", "province", "city", "address", "postcode")
WORK = ("organisation", "company", "job_title")
BIRTHDAY = ("birthday", "birthday_is_lunar")
UNITS: tuple[tuple[str, ...], ...] = (
    *(("name",), WORK, ("phone",), ("email",), ("gender",), BIRTHDAY, PLACE),
    *(("language",), ("preferred_channel",), ("quiet_from", "quiet_until")),
    *(("tags",), ("owner", "team"), ("restricted",)),
)
LABELS: dict[str, str | Promise] = {
    "country": _("Address"),
    "organisation": _("Work"),
    "quiet_from": _("Not to be disturbed"),
}


class Why(models.TextChoices):
    SAME = "same", pgettext_lazy("value", "The same")
    ONLY = "only", pgettext_lazy("value", "The only one")
    VERIFIED = "verified", pgettext_lazy("value", "Verified")
    NEWEST = "newest", pgettext_lazy("value", "Newest")
    COMPLETE = "complete", pgettext_lazy("value", "Most complete")
    KEEPER = "keeper", _("Of the customer that stays")
    STRICTEST = "strictest", _("The stricter one")
    ALL = "all", _("All of them")
    CHOSEN = "chosen", pgettext_lazy("value", "Chosen")


@dataclass(frozen=True)
class Option:
    """What one customer has in the fields of a unit, in stored form and as people read it."""

    customer: int
    stored: Mapping[str, Any]
    shown: str
    said_at: datetime
    verified_at: datetime | None = None

    @property
    def filled(self) -> dict[str, Any]:
        return {name: value for name, value in self.stored.items() if value not in (None, "", [], False)}

    @property
    def fullness(self) -> tuple[int, int]:
        return len(self.filled), sum(len(str(value)) for value in self.filled.values())


@dataclass(frozen=True)
class Choice:
    """`field` names the unit; `winner` is the customer whose value stays, `why` by which rule."""

    field: str
    fields: tuple[str, ...]
    label: str | Promise
    options: Sequence[Option]
    winner: int
    why: Why

    @property
    def differs(self) -> bool:
        return any(one.stored != self.options[0].stored for one in self.options)

    @property
    def why_text(self) -> str:
        return str(self.why.label)


def choose(
    customers: Sequence[Customer], winners: Mapping[str, int], *, by: User | None = None
) -> list[Choice]:
    """The survivor comes first. `winners` are people's choices: customer by field."""
    said, verified = _said_at(customers), _verified(customers)
    stored = [(name, fields.current(one, name)) for one in customers for name in fields.RELATIONS]
    names = fields.names_of(stored, by) if by else {}
    return [
        _choice(unit, [_option(one, unit, said, verified, names) for one in customers], winners)
        for unit in UNITS
    ]


def unit_of(name: str) -> tuple[str, ...]:
    return next((unit for unit in UNITS if name in unit), (name,))


def _choice(unit: tuple[str, ...], options: list[Option], winners: Mapping[str, int]) -> Choice:
    chosen = next((winners[name] for name in unit if name in winners), None)
    winner, why = _by_rule(unit, options)
    picked = next((one for one in options if one.customer == chosen), None)
    if picked and why != Why.STRICTEST and (picked != winner or why == Why.ALL):
        winner, why = picked, Why.CHOSEN
    label = LABELS.get(unit[0]) or fields.label(unit[0])
    return Choice(unit[0], unit, label, options, winner.customer, why)


def _by_rule(unit: tuple[str, ...], options: list[Option]) -> tuple[Option, Why]:
    survivor, filled = options[0], [one for one in options if one.filled]
    if not filled or all(one.stored == survivor.stored for one in options):
        return survivor, Why.SAME
    if unit == ("tags",):
        return survivor, Why.ALL
    if unit == ("restricted",):
        return filled[0], Why.STRICTEST
    if "owner" in unit:
        keeper = next((one for one in filled if one.stored["owner"]), filled[0])
        return keeper, Why.KEEPER if keeper == survivor else Why.ONLY
    return (filled[0], Why.ONLY) if len(filled) == 1 else _best(filled)


def _best(filled: list[Option]) -> tuple[Option, Why]:
    if proven := [one for one in filled if one.verified_at]:
        return max(proven, key=lambda one: one.verified_at or one.said_at), Why.VERIFIED
    # What another value says too, and more besides, does not contradict it.
    rivals = [one for one in filled if not any(_is_within(one, other) for other in filled)]
    if len({tuple(one.stored.values()) for one in rivals}) == 1:
        return rivals[0], Why.SAME if len(rivals) == len(filled) else Why.COMPLETE
    newest = max(one.said_at for one in rivals)
    latest = [one for one in rivals if one.said_at == newest]
    if len(latest) == 1:
        return latest[0], Why.NEWEST
    return max(latest, key=lambda one: one.fullness), Why.COMPLETE


def _is_within(one: Option, other: Option) -> bool:
    less, more = one.filled, other.filled
    return len(less) < len(more) and all(more.get(name) == value for name, value in less.items())


def _option(
    customer: Customer,
    unit: tuple[str, ...],
    said: Mapping[tuple[int, str], datetime],
    verified: Mapping[tuple[int, str], Mapping[str, datetime]],
    names: fields.Names,
) -> Option:
    stored = {name: fields.current(customer, name) for name in unit}
    shown = [text for name, value in stored.items() if (text := fields.show(name, value, names))]
    proofs = verified.get((customer.pk, unit[0]), {})
    return Option(
        customer.pk,
        stored,
        " · ".join(dict.fromkeys(shown)),
        max(
            [customer.created_at, *(said[customer.pk, name] for name in unit if (customer.pk, name) in said)]
        ),
        proofs.get(str(stored[unit[0]])),
    )


def _said_at(customers: Sequence[Customer]) -> dict[tuple[int, str], datetime]:
    rows = Change.objects.filter(customer__in=customers, field__in=fields.WRITTEN)
    told = rows.values_list("customer", "field").annotate(Max("at"))
    return {(customer, name): at for customer, name, at in told}


def _verified(customers: Sequence[Customer]) -> dict[tuple[int, str], dict[str, datetime]]:
    rows = Identity.objects.attached().filter(profile__customer__in=customers, kind__in=Identity.SHARED)
    found: dict[tuple[int, str], dict[str, datetime]] = {}
    for customer, kind, value, at in rows.values_list("profile__customer", "kind", "value", "verified_at"):
        if at:
            found.setdefault((customer, kind), {})[value] = at
    return found
