"""What a trial shows: who would move from where to where, as a matrix and as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Choices
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib import charts
from crm.lib.templatetags.ui import rounded_money, thousands
from customers.models import Customer
from segments.scoring.groups import TONES
from segments.scoring.models import Group, Stage, Trial
from segments.scoring.report import STAGE_TONES

KINDS: dict[str, tuple[type[Choices], dict[str, int]]] = {
    "stage": (Stage, STAGE_TONES),
    "group": (Group, {str(group): tone for group, tone in TONES.items()}),
}


@dataclass(frozen=True)
class Place:
    """A stage or a group; "" for outside of them all."""

    key: str
    label: str
    tone: int


@dataclass(frozen=True)
class Move:
    before: Place
    after: Place
    customers: int
    money: Decimal
    sample: Sequence[Customer] = ()


@dataclass(frozen=True)
class Cell:
    text: str
    tip: str
    level: int
    stays: bool


def places(kind: str, outside: str) -> dict[str, Place]:
    choices, tones = KINDS[kind]
    found = {str(value): Place(str(value), str(text), tones[value]) for value, text in choices.choices}
    return found | {"": Place("", outside, 6)}


def page(trial: Trial, kind: str, user: User) -> dict[str, Any]:
    flows = moves(trial, kind, user)
    moving = sorted((one for one in flows if one.before != one.after), key=lambda one: -one.customers)
    return {
        "kind": kind,
        "moving": moving,
        "matrix": matrix(flows, kind),
        "columns": [place.label for place in _used(flows, kind, after=True)],
        "customers": sum(one.customers for one in flows if one.after.key),
        "moved": sum(one.customers for one in moving),
        "money": sum((one.money for one in moving), Decimal(0)),
    }


def moves(trial: Trial, kind: str, user: User) -> list[Move]:
    stored = trial.result[kind]
    asked = {pk for before, after, *_rest, sample in stored if before != after for pk in sample}
    named = Customer.objects.visible_to(user).in_bulk(asked)
    before, after = places(kind, _("Not scored yet")), places(kind, _("No longer scored"))
    return [
        Move(before[old], after[new], customers, Decimal(money), [named[pk] for pk in sample if pk in named])
        for old, new, customers, money, sample in stored
    ]


def matrix(flows: Sequence[Move], kind: str) -> list[tuple[str, list[Cell]]]:
    """Where customers stand now down the side, where they would stand along the top."""
    found = {(one.before.key, one.after.key): one for one in flows}
    top = max((one.customers for one in flows if one.before.key != one.after.key), default=0)
    rows = []
    for before in _used(flows, kind, after=False):
        cells = [_cell(found.get((before.key, after.key)), top) for after in _used(flows, kind, after=True)]
        rows.append((before.label, cells))
    return rows


def _used(flows: Sequence[Move], kind: str, *, after: bool) -> list[Place]:
    order = list(places(kind, ""))
    used = {(one.after if after else one.before) for one in flows}
    return sorted(used, key=lambda place: order.index(place.key))


def _cell(move: Move | None, top: int) -> Cell:
    if move is None:
        return Cell("", "", 0, stays=False)
    stays = move.before.key == move.after.key
    tip = "\n".join(
        (
            f"{move.before.label} → {move.after.label}",
            _("Customers: %(number)s") % {"number": thousands(move.customers)},
            _("Spent together: %(amount)s") % {"amount": rounded_money(move.money)},
        )
    )
    return Cell(thousands(move.customers), tip, 0 if stays else charts.level(move.customers, top), stays)
