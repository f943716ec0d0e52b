"""Writes the new people of a chunk by COPY, straight into their tables."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.copying import array, copy, draw_ids
from customers import search
from customers.identity.models import Identity, Profile
from customers.imports.matching import Person, Word, scope_of
from customers.imports.people import EMAIL, NUMBER, PHONE, Handle
from customers.models import Customer, SearchDocument
from customers.orders.models import Rollup

Kind = Identity.Kind
TEXTS = (
    "kind", "name", "company", "job_title", "phone", "email", "gender", "country", "province", "city",
    "address", "postcode", "language", "source",
)  # fmt: skip
OTHERS = ("birthday", "tags", "owner_id", "team_id")
NULLABLE = ("birthday", "owner_id", "team_id")
NUMBERS = (NUMBER, Kind.CARD.value)


@dataclass(frozen=True)
class Origin:
    """Where new rows come from and when."""

    source: str
    now: datetime
    owner: int | None = None
    team: int | None = None

    @classmethod
    def of(cls, source: str, now: datetime, by: User) -> "Origin":
        """Who may not see everybody would lose sight of their own import: they own what they bring."""
        if by.scope("customer", "view") is Scope.ALL:
            return cls(source, now)
        return cls(source, now, by.pk, min(by.team_ids, default=None))


@dataclass
class Said:
    """What the words of one person name, for the search document."""

    by_kind: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, handles: Iterable[Handle]) -> None:
        for kind, value in handles:
            self.by_kind[kind].append(value)


def write_new(cursor: CursorWrapper, people: Sequence[Person], words: Sequence[Word], origin: Origin) -> None:
    """`words` are those of `people`. Gives all of them their primary keys."""
    for person, pk in zip(people, draw_ids(cursor, Customer._meta.db_table, len(people)), strict=True):
        person.pk = pk
    _copy_customers(cursor, people, origin)
    write_words(cursor, words, origin)
    copy_identities(cursor, words, origin)
    _copy_documents(cursor, people, words)
    rollups = TableColumns(Rollup, ["customer_id"])
    copy(cursor, rollups.name, rollups.columns, ((one.pk, *rollups.rest) for one in people))


def write_words(cursor: CursorWrapper, words: Sequence[Word], origin: Origin) -> None:
    """New profiles. Keys made for rows without a number are kept too: by them the row is known again."""
    for word, pk in zip(words, draw_ids(cursor, Profile._meta.db_table, len(words)), strict=True):
        word.pk = pk
    columns = ["id", "customer_id", "source", "source_key", "raw", "digest", "first_seen_at", "last_seen_at"]
    table = TableColumns(Profile, columns)
    now = origin.now.isoformat()
    rows = (
        (
            word.pk,
            word.person.pk,
            origin.source,
            word.key,
            word.raw(),
            word.digest,
            now,
            now,
            *table.rest,
        )
        for word in words
    )
    copy(cursor, table.name, table.columns, rows)


def copy_identities(cursor: CursorWrapper, words: Iterable[Word], origin: Origin) -> None:
    table = TableColumns(
        Identity, ["profile_id", "kind", "scope", "value", "source", "first_seen_at", "last_seen_at"]
    )
    now = origin.now.isoformat()
    rows = (
        (profile, kind, scope, value, origin.source, now, now, *table.rest)
        for profile, kind, scope, value in identities_of(words, origin.source)
    )
    copy(cursor, table.name, table.columns, rows)


def identities_of(words: Iterable[Word], source: str) -> Iterator[tuple[int, str, str, str]]:
    """Exclusive handles are said once, shared ones by every profile that knows them."""
    taken: set[Handle] = set()
    for word in words:
        for handle in word.handles:
            kind, value = handle
            if kind not in ("phone", "email"):
                if handle in taken:
                    continue
                taken.add(handle)
            yield word.pk, kind, scope_of(kind, source), value


def customer_values(person: Person) -> list[Any]:
    """The values of TEXTS and OTHERS; what the rows do not say is empty."""
    get = person.values.get
    owner = get("owner")
    return [
        *[get(name, "") for name in TEXTS],
        get("birthday"),
        array(get("tags", ())),
        owner.pk if owner else None,
        owner.team if owner else None,
    ]


def _copy_customers(cursor: CursorWrapper, people: Iterable[Person], origin: Origin) -> None:
    table = TableColumns(Customer, ["id", *TEXTS, *OTHERS, "created_at", "updated_at", "touched_at"])
    now = origin.now.isoformat()

    def rows() -> Iterator[Sequence[Any]]:
        for person in people:
            person.values.setdefault("kind", Customer.Kind.PERSON.value)
            person.values.setdefault("source", origin.source)
            values = customer_values(person)
            if values[-2] is None:
                values[-2:] = origin.owner, origin.team
            yield (person.pk, *values, now, now, person.values.get("touched_at", now), *table.rest)

    copy(cursor, table.name, table.columns, rows())


def _copy_documents(cursor: CursorWrapper, people: Iterable[Person], words: Iterable[Word]) -> None:
    said: dict[int, Said] = defaultdict(Said)
    for word in words:
        said[word.person.pk].add(word.handles)
    table = TableColumns(SearchDocument, ["customer_id", "tokens"])
    rows = ((one.pk, array(tokens(one, said[one.pk])), *table.rest) for one in people)
    copy(cursor, table.name, table.columns, rows)


def tokens(person: Person, said: Said) -> list[str]:
    kinds = said.by_kind
    return search.tokens(
        person.values["name"],
        company=person.values.get("company", ""),
        phones=kinds[PHONE],
        emails=kinds[EMAIL],
        numbers=[value for kind in NUMBERS for value in kinds[kind]],
    )


class TableColumns:
    """A table with the columns given and, behind them, the defaults of all others that must not be NULL."""

    def __init__(self, model: type[Model], columns: Collection[str]) -> None:
        self.name = model._meta.db_table
        rest = [
            one
            for one in model._meta.concrete_fields
            if one.column not in columns and not one.null and not one.primary_key
        ]
        self.columns = [*columns, *[str(one.column) for one in rest]]
        self.rest = [_literal(one.get_default()) for one in rest]


def _literal(default: Any) -> Any:
    return array(default) if isinstance(default, list) else default
