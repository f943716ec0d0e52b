"""Who of the whole base may be the person that is described: one question over the indexes of the records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from crm.lib.copying import array
from customers.matching import frequencies, scorer
from customers.matching.frequencies import Frequency
from customers.matching.levels import COUNTED, HANDLES, HOT, RARITY
from customers.matching.models import TOO_MANY
from customers.matching.scorer import Scored
from customers.matching.standard import COLUMNS, Standard

# Who shares one of these is looked at; each has a partial index in matching.Record.
KEYS: tuple[tuple[str, ...], ...] = (
    ("phone",),
    ("email",),
    ("openid",),
    ("card",),
    ("visitor",),
    ("number",),
    ("address",),
    ("mailbox",),
    ("name_key", "city"),
    ("name_key", "born"),
    ("born",),
)
LISTED = ", ".join(f"r.{column}" for column in COLUMNS)
# OFFSET 0 keeps the planner at one look-up per key, whatever it believes of a value's frequency.
BY_KEY = f"""
    (SELECT {{number}} AS asked, k.place, r.id, r.customer_id, c.kind, {LISTED}
     FROM unnest({{arrays}}) WITH ORDINALITY AS k ({{names}}, place)
     CROSS JOIN LATERAL (SELECT * FROM matching_record AS r WHERE {{same}} LIMIT {TOO_MANY + 1} OFFSET 0) AS r
     JOIN customers_customer AS c ON c.id = r.customer_id AND c.deleted_at IS NULL)
"""
BY_CUSTOMER = f"""
    (SELECT -1 AS asked, 0 AS place, r.id, r.customer_id, c.kind, {LISTED}
     FROM matching_record AS r
     JOIN customers_customer AS c ON c.id = r.customer_id AND c.deleted_at IS NULL
     WHERE r.customer_id = ANY(%s))
"""

Key = tuple[int, tuple[str, ...]]


@dataclass(slots=True)
class Side:
    """A record as the scorer compares it."""

    customer_pk: int
    kind: str
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
    phone_names: int = 1
    email_names: int = 1
    card_names: int = 1
    visitor_names: int = 1


@dataclass(frozen=True)
class Candidate:
    customer_pk: int
    scored: Scored


@dataclass(frozen=True)
class Subject:
    """Whom others are looked for: what is said of them, and customers that are looked at in any case."""

    standards: Sequence[Standard]
    # Empty: nobody knows yet. A person and an organisation are never one.
    kind: str = ""
    beside: Collection[int] = ()
    partners: Collection[int] = ()


def like(standards: Sequence[Standard], *, beside: Collection[int] = (), kind: str = "") -> list[Candidate]:
    """Present customers that share a key with one of `standards`, best first, without those in `beside`."""
    return of_each({0: Subject(standards, kind=kind, beside=beside)})[0]


def of_each(subjects: Mapping[int, Subject]) -> dict[int, list[Candidate]]:
    """The same for many at once, by whatever they are called, at the cost of one question."""
    if not subjects:
        return {}
    found = _Found(subjects.values())
    rarities = {value for one in subjects.values() for value in _rarities(one.standards)}
    shares = frequencies.known(rarities | found.handles())
    found.empty_hot(shares)
    weigh = scorer.current().knowing(shares)
    return {name: found.scored(subject, weigh) for name, subject in subjects.items()}


def _rarities(standards: Iterable[Standard]) -> Iterator[tuple[str, str]]:
    for standard in standards:
        for column in set(RARITY.values()):
            if value := getattr(standard, column):
                yield column, value


def _keys_of(standard: Standard) -> Iterator[Key]:
    for number, columns in enumerate(KEYS):
        values = tuple(getattr(standard, column) for column in columns)
        if all(values):
            yield number, values


@dataclass
class _Met:
    """The records that carry one key."""

    sides: list[Side] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    is_hot: bool = False


class _Found:
    """All records that share a key with one of the subjects."""

    def __init__(self, subjects: Collection[Subject]) -> None:
        asked: dict[int, dict[tuple[str, ...], None]] = defaultdict(dict)
        for subject in subjects:
            for standard in subject.standards:
                for number, values in _keys_of(standard):
                    asked[number][values] = None
        self.sides: dict[int, Side] = {}
        self.by_key: dict[Key, _Met] = defaultdict(_Met)
        self.by_customer: dict[int, list[Side]] = defaultdict(list)
        partners = {pk for subject in subjects for pk in subject.partners}
        self._read({number: list(values) for number, values in asked.items()}, partners)
        for met in self.by_key.values():
            met.is_hot = len(met.sides) > TOO_MANY
            met.names = {side.name_key for side in met.sides if side.name_key}

    def _read(self, asked: Mapping[int, Sequence[tuple[str, ...]]], partners: Collection[int]) -> None:
        parts = [_branch(number) for number in asked]
        parameters: list[Any] = [array(one) for values in asked.values() for one in zip(*values, strict=True)]
        if partners:
            parts.append(BY_CUSTOMER)
            parameters.append(list(partners))
        if not parts:
            return
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), parameters)
            rows = cursor.fetchall()
        for number, place, pk, *columns in rows:
            side = self.sides[pk] = self.sides.get(pk) or Side(*columns)
            if number < 0:
                self.by_customer[side.customer_pk].append(side)
            else:
                self.by_key[number, asked[number][place - 1]].sides.append(side)

    def handles(self) -> set[tuple[str, str]]:
        sides = self.sides.values()
        return {(HOT + one, value) for side in sides for one in HANDLES if (value := getattr(side, one))}

    def empty_hot(self, shares: Frequency) -> None:
        """Takes the handles away that too many carry: having another one would speak against somebody."""
        for side in self.sides.values():
            for column in HANDLES:
                if shares(HOT + column, getattr(side, column)):
                    setattr(side, column, "")

    def scored(self, subject: Subject, weigh: scorer.Scorer) -> list[Candidate]:
        best: dict[int, Scored] = {}
        for standard in subject.standards:
            one = self._side_of(standard, subject.kind)
            for other in self._others(standard, subject):
                scored = weigh.score(one, other)
                known = best.get(other.customer_pk)
                if known is None or scored.bits > known.bits:
                    best[other.customer_pk] = scored
        ranked = sorted(best.items(), key=lambda item: (-item[1].bits, item[0]))
        return [Candidate(pk, scored) for pk, scored in ranked]

    def _side_of(self, standard: Standard, kind: str) -> Side:
        """The subject's own record; what too many carry says nothing, and names on the rest are counted."""
        said: dict[str, Any] = {column: getattr(standard, column) for column in COLUMNS}
        for number, values in _keys_of(standard):
            column, met = KEYS[number][0], self.by_key.get((number, values))
            if met is None or len(values) > 1 or column not in HANDLES:
                continue
            if met.is_hot:
                said[column] = ""
            if column in COUNTED:
                said[f"{column}_names"] = len(met.names | ({standard.name_key} - {""}))
        return Side(0, kind, **said)

    def _others(self, standard: Standard, subject: Subject) -> Iterator[Side]:
        seen: set[int] = set()
        met = (self.by_key[key] for key in _keys_of(standard) if key in self.by_key)
        groups = [one.sides for one in met if not one.is_hot]
        for side in (*(side for group in groups for side in group), *self._partners(subject)):
            if id(side) in seen or side.customer_pk in subject.beside:
                continue
            seen.add(id(side))
            if not subject.kind or subject.kind == side.kind:
                yield side

    def _partners(self, subject: Subject) -> Iterator[Side]:
        return (side for pk in subject.partners for side in self.by_customer.get(pk, ()))


def _branch(number: int) -> str:
    columns = KEYS[number]
    # What the key is not empty of is said once more, or its partial index is not used.
    same = " AND ".join(f"r.{column} = k.{column} AND r.{column} <> ''" for column in columns)
    return BY_KEY.format(
        number=number, arrays=", ".join(["%s::text[]"] * len(columns)), names=", ".join(columns), same=same
    )
