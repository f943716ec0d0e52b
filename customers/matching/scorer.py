"""Weighs two records with the model that Splink trained, to the same bits, without any SQL.

Names and weights are the model's own: comparisons by `output_column_name`, levels by `label_for_charts`.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from rapidfuzz.distance import JaroWinkler, Levenshtein

from customers.matching import gates
from customers.matching.frequencies import Frequency
from customers.matching.levels import BY_FIELD
from customers.matching.models import Weights

SHIPPED = Path(__file__).with_name("weights.json")
NEAR_GIVEN, NEAR_NAME, NEAR_PART = 0.9, 0.93, 0.85
# Fewer letters are like too many others.
LONG_STREET, LONG_CITY = 8, 6

Reason = dict[str, Any]


class Comparable(Protocol):
    """The columns of a record, and how many different names stand beside its handles in the whole base."""

    han: str
    name_key: str
    family: str
    given: str
    phone: str
    email: str
    mailbox: str
    born: str
    city: str
    address: str
    gender: str
    openid: str
    card: str
    visitor: str
    number: str
    phone_names: int
    email_names: int
    card_names: int
    visitor_names: int


@dataclass(frozen=True)
class Scored:
    """`reasons` and `prior` add up to `bits`; a reason's own bits include those of how rare the value is."""

    bits: float
    prior: float
    reasons: list[Reason]
    is_sure: bool
    is_likely: bool
    is_vetoed: bool


@dataclass(frozen=True)
class Level:
    slug: str
    bits: float
    # The column whose value's frequency moves the weight, and the share for which it was trained.
    column: str
    share: float


class Scorer:
    def __init__(self, parameters: Mapping[str, Any], frequency: Frequency) -> None:
        chance = parameters["probability_two_random_records_match"]
        self.prior = math.log2(chance / (1 - chance))
        self.frequency = frequency
        self.comparisons = [_comparison(one) for one in parameters["comparisons"]]

    def knowing(self, frequency: Frequency) -> "Scorer":
        """The same weights with other frequencies."""
        other = object.__new__(Scorer)
        other.prior, other.comparisons, other.frequency = self.prior, self.comparisons, frequency
        return other

    def score(self, one: Comparable, other: Comparable) -> Scored:
        bits = self.prior
        reasons: list[Reason] = []
        met: dict[str, str] = {}
        for field, compare, levels in self.comparisons:
            place = compare(one, other)
            if place < 0:
                continue
            level = levels[place]
            rarity = self._rarity(level, one, other) if level.column else 0.0
            bits += level.bits + rarity
            met[field] = level.slug
            reasons.append(
                {
                    "field": field,
                    "level": level.slug,
                    "bits": round(level.bits + rarity, 2),
                    "rarity": round(rarity, 2),
                }
            )
        return Scored(
            bits=bits,
            prior=self.prior,
            reasons=reasons,
            is_sure=gates.is_sure(met),
            is_likely=gates.is_likely(met),
            is_vetoed=gates.is_vetoed(met),
        )

    def _rarity(self, level: Level, one: Comparable, other: Comparable) -> float:
        shares = [self.frequency(level.column, getattr(side, level.column)) or 0.0 for side in (one, other)]
        common = max(shares)
        return math.log2(level.share / common) if common else 0.0


def current() -> Scorer:
    """The newest model, without frequencies: whoever scores knows those that matter to them."""
    return of(Weights.objects.order_by("-pk").values_list("pk", flat=True).first())


@lru_cache(maxsize=2)
def of(weights_pk: int | None) -> Scorer:
    """The scorer of a model; None is the one that comes with the product."""
    if weights_pk is None:
        return Scorer(json.loads(SHIPPED.read_text(encoding="utf-8")), _unknown)
    return Scorer(Weights.objects.get(pk=weights_pk).parameters, _unknown)


def _unknown(column: str, value: str) -> None:
    return None


Compare = Callable[[Comparable, Comparable], int]


def _comparison(parameters: Mapping[str, Any]) -> tuple[str, Compare, Sequence[Level]]:
    field = parameters["output_column_name"]
    levels = [
        Level(
            slug=one["label_for_charts"],
            bits=math.log2(one["m_probability"] / one["u_probability"]),
            column=one.get("tf_adjustment_column") or "",
            share=one["u_probability"],
        )
        for one in parameters["comparison_levels"]
        if not one.get("is_null_level")
    ]
    if [one.slug for one in levels] != list(BY_FIELD[field].levels):
        raise ValueError(f"The model compares {field} by other levels than this program does.")
    return field, COMPARE[field], levels


def _compare_names(one: Comparable, other: Comparable) -> int:
    same_family = bool(one.family) and one.family == other.family
    same_given = bool(one.given) and one.given == other.given
    both_whole = bool(one.name_key and other.name_key)
    if not (same_family or same_given or both_whole or (one.family and other.family)):
        # A lone given name that differs is as often a nickname: it says nothing.
        return -1
    if one.han and one.han == other.han:
        return 0
    if both_whole and one.name_key == other.name_key:
        return 1
    return _compare_parts(one, other, same_family=same_family, same_given=same_given)


def _compare_parts(one: Comparable, other: Comparable, *, same_family: bool, same_given: bool) -> int:
    both_given = bool(one.given and other.given)
    if same_family and both_given and _is_near(one, other):
        return 2
    if _are_western(one, other) and _are_near_names(one, other):
        return 3
    if same_family and not both_given:
        return 4
    if same_given:
        return 5
    return 6 if same_family else 7


def _are_western(one: Comparable, other: Comparable) -> bool:
    """Whole names of two people in Latin letters. Organisations have no family name, and are never near."""
    whole = (one.name_key, other.name_key, one.family, other.family, one.given, other.given)
    return not (one.han or other.han) and all(whole)


def _are_near_names(one: Comparable, other: Comparable) -> bool:
    """Slips in one of both names, or a small one in each."""
    if JaroWinkler.similarity(one.name_key, other.name_key) >= NEAR_NAME:
        return True
    family = JaroWinkler.similarity(one.family, other.family)
    return family >= NEAR_PART and JaroWinkler.similarity(one.given, other.given) >= NEAR_PART


def _is_near(one: Comparable, other: Comparable) -> bool:
    """Chinese brothers and sisters share a character, so one that differs is not near; one dropped is."""
    if one.han and other.han:
        return abs(len(one.han) - len(other.han)) == 1 and (
            one.han[:2] == other.han[:2] or one.han[-1] == other.han[-1]
        )
    if JaroWinkler.similarity(one.given, other.given) >= NEAR_GIVEN:
        return True
    return (len(one.given) == 1 or len(other.given) == 1) and one.given[0] == other.given[0]


def _by_names(names: int) -> int:
    return 0 if names <= 1 else 1 if names == 2 else 2


def _compare_phones(one: Comparable, other: Comparable) -> int:
    if not one.phone or not other.phone:
        return -1
    if one.phone == other.phone:
        return _by_names(one.phone_names)
    return 3 if Levenshtein.distance(one.phone, other.phone, score_cutoff=1) <= 1 else 4


def _compare_emails(one: Comparable, other: Comparable) -> int:
    if not one.email or not other.email:
        return -1
    if one.email == other.email:
        return _by_names(one.email_names)
    if one.mailbox and one.mailbox == other.mailbox:
        return 3
    return 4 if Levenshtein.distance(one.email, other.email, score_cutoff=1) <= 1 else 5


def _compare_births(one: Comparable, other: Comparable) -> int:
    first, second = one.born, other.born
    if not first or not second:
        return -1
    if first == second:
        return 0
    swapped = first[:4] == second[:4] and first[5:7] == second[8:10] and first[8:10] == second[5:7]
    slipped = first[4:] == second[4:] or Levenshtein.distance(first, second, score_cutoff=1) <= 1
    return 1 if swapped or slipped else 2


def _compare_places(one: Comparable, other: Comparable) -> int:
    if not (one.address or one.city) or not (other.address or other.city):
        return -1
    if one.address and one.address == other.address:
        return 0
    first, second = _parts(one.address), _parts(other.address)
    is_near_street = _are_near_streets(first[1], second[1])
    if (
        first[2]
        and first[2] == second[2]
        and (first[0] == second[0] or first[1] == second[1] or is_near_street)
    ):
        return 1
    return 2 if _is_same_city(one.city, other.city, is_near_street=is_near_street) else 3


def _parts(address: str) -> list[str]:
    """City, street and numbers; of a very long address the end is cut off."""
    return (address + "||").split("|")[:3]


def _are_near_streets(one: str, other: str) -> bool:
    """Alike but for their spaces, a slip or what follows the name; not short ones, nor Chinese ones."""
    one, other = one.replace(" ", ""), other.replace(" ", "")
    if not (one.isascii() and other.isascii()) or min(len(one), len(other)) < LONG_STREET:
        return False
    if one.startswith(other) or other.startswith(one):
        return True
    return JaroWinkler.similarity(one, other) >= NEAR_PART


def _is_same_city(one: str, other: str, *, is_near_street: bool) -> bool:
    """A mistyped one is the same where the street is."""
    if not one or not other:
        return False
    if one == other:
        return True
    is_long = min(len(one), len(other)) >= LONG_CITY
    return is_near_street and is_long and Levenshtein.distance(one, other, score_cutoff=2) <= 2


def _same_or_other(column: str, counted: str = "") -> Compare:
    def compare(one: Comparable, other: Comparable) -> int:
        first, second = getattr(one, column), getattr(other, column)
        if not first or not second:
            return -1
        if first != second:
            return 3 if counted else 1
        return _by_names(getattr(one, counted)) if counted else 0

    return compare


COMPARE: dict[str, Compare] = {
    "name": _compare_names,
    "phone": _compare_phones,
    "email": _compare_emails,
    "born": _compare_births,
    "place": _compare_places,
    "openid": _same_or_other("openid"),
    "card": _same_or_other("card", "card_names"),
    "visitor": _same_or_other("visitor", "visitor_names"),
    "number": _same_or_other("number"),
    "gender": _same_or_other("gender"),
}
