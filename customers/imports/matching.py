"""Which customer each row of a chunk speaks of: known ones, found by three look-ups, or new ones.

Rows are placed one after the other, exactly as if each were written before the next is read. In order of
strength: the number in its source, other exclusive handles, then an e-mail or phone together with the same
name. Sharing a phone or an e-mail alone never joins two people, and two numbers of one source are two people.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.copying import array
from customers.identity.normalising import name_key
from customers.imports.people import GLOBAL, NO_NUMBER, Contact, Handle, PersonRow
from customers.models import Customer

# A switchboard's number may stand with thousands of people; it then recognises nobody.
NAMESAKES = 200


@dataclass(slots=True, eq=False)
class Person:
    """A customer that rows of this chunk speak of, and what they add up to."""

    pk: int = 0  # 0 until a new one is written
    is_new: bool = True
    is_gone: bool = False
    is_numbered: bool = False  # has a number in this source
    values: dict[str, Any] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)  # rows with news


@dataclass(slots=True, eq=False)
class Word:
    """What the source says of a person under one key: a profile, known or new."""

    key: str
    person: Person
    pk: int = 0
    digest: int | None = None
    raw: Callable[[], str] = "{}".format
    handles: dict[Handle, None] = field(default_factory=dict)
    is_changed: bool = False


class People:
    """Everybody the rows of one chunk may speak of."""

    def __init__(self, source: str, by: User) -> None:
        self.source, self.by = source, by
        self.persons: dict[int, Person] = {}
        self.words: dict[str, Word] = {}
        self.by_handle: dict[Handle, Person] = {}
        self.by_contact: dict[Contact, Person] = {}
        self.sharers: dict[Handle, set[Person]] = defaultdict(set)
        self.new: list[Person] = []
        self.forbidden: set[int] = set()
        # By row, for those who were found by likeness and whom somebody said to be the same.
        self.linked: dict[int, Person] = {}

    def look_up(self, cursor: CursorWrapper, rows: Sequence[PersonRow]) -> None:
        self._find_words(cursor, {row.key for row in rows})
        unknown = [row for row in rows if row.key not in self.words]
        self._find_handles(cursor, {handle for row in unknown for handle in row.handles})
        known = [row for row in rows if row.key in self.words]
        self._find_handles(cursor, {handle for row in known for handle in row.handles[bool(row.number) :]})
        self._find_contacts(cursor, {handle for row in unknown for handle in row.shared})
        self._find_forbidden()

    def link(self, known: Mapping[int, int]) -> None:
        """Says whom rows speak of that nothing else recognises. Before `look_up`, which asks for rights."""
        present = set(
            Customer.objects.present().filter(pk__in=set(known.values())).values_list("pk", flat=True)
        )
        self.linked = {line: self._person(pk, is_gone=False) for line, pk in known.items() if pk in present}

    def place(self, row: PersonRow) -> Person | str:
        """The person a row speaks of, with what it says added; or why it may not say so."""
        word = self.words.get(row.key)
        person = word.person if word else None
        for handle in row.handles:
            holder = self.by_handle.get(handle)
            if holder and person and holder is not person:
                return "card_of_another"
            person = person or holder
        person = person or self._by_contact(row) or self.linked.get(row.line)
        if person and (reason := self._refusal(person)):
            return reason
        if person is None:
            name = row.values.get("company") or row.number
            if not (name or "name" in row.values):
                return "no_name"
            person = Person(values=_nameless(row, name))
            self.new.append(person)
        self._add(row, person, word)
        return person

    def buyer(self, row: PersonRow) -> Person | str:
        """The person an order speaks of. Orders make new people, but change nothing about known ones."""
        word = self.words.get(row.key)
        known = word.person if word else None
        if row.number and known is None:
            return self.place(row)
        known = known or self._by_contact(row)
        if known is None:
            sharers = set.union(*(self.sharers[handle] for handle in row.shared))
            if len(sharers) > 1:
                return "shared_contact"
            known = next(iter(sharers), None)
        if known is None:
            return self.place(row) if "name" in row.values else "unknown_buyer"
        return self._refusal(known) or known

    def _refusal(self, person: Person) -> str:
        if person.is_gone:
            return "customer_deleted"
        return "not_yours" if person.pk in self.forbidden else ""

    def _by_contact(self, row: PersonRow) -> Person | None:
        for contact in row.contacts:
            person = self.by_contact.get(contact)
            if person and not (row.number and person.is_numbered):
                return person
        return None

    def _add(self, row: PersonRow, person: Person, word: Word | None) -> None:
        if word is None:
            word = self.words[row.key] = Word(row.key, person)
        for handle in row.handles:
            self.by_handle[handle] = person
        for contact in row.contacts:
            self.by_contact.setdefault(contact, person)
        for handle in row.shared:
            self.sharers[handle].add(person)
        person.is_numbered = person.is_numbered or bool(row.number)
        if row.digest is not None and word.digest == row.digest:
            return
        word.digest, word.raw, word.is_changed = row.digest, row.raw, True
        word.handles.update(dict.fromkeys((*row.handles, *row.shared)))
        _merge(person, row)

    def _person(self, pk: int, *, is_gone: bool, is_numbered: bool = False) -> Person:
        person = self.persons.get(pk)
        if person is None:
            person = self.persons[pk] = Person(pk, is_new=False, is_gone=is_gone)
        person.is_numbered = person.is_numbered or is_numbered
        return person

    def _find_words(self, cursor: CursorWrapper, keys: Collection[str]) -> None:
        # LATERAL keeps the planner at one index look-up per key, however large the table has grown.
        cursor.execute(
            """
            SELECT k.key, p.id, p.digest, c.id, c.deleted_at IS NOT NULL
            FROM unnest(%s::text[]) AS k (key)
            CROSS JOIN LATERAL (
                SELECT id, digest, customer_id FROM identity_profile
                WHERE source = %s AND source_key = k.key AND source_key <> '' LIMIT 1
            ) AS p
            JOIN customers_customer AS c ON c.id = p.customer_id
            """,
            [array(keys), self.source],
        )
        for key, pk, digest, customer, is_gone in cursor.fetchall():
            person = self._person(customer, is_gone=is_gone, is_numbered=not key.startswith(NO_NUMBER))
            self.words[key] = Word(key, person, pk, digest)

    def _find_handles(self, cursor: CursorWrapper, handles: Iterable[Handle]) -> None:
        wanted = list(handles)
        if not wanted:
            return
        cursor.execute(
            """
            SELECT h.kind, h.value, c.id, c.deleted_at IS NOT NULL
            FROM unnest(%s::text[], %s::text[], %s::text[]) AS h (kind, scope, value)
            CROSS JOIN LATERAL (
                SELECT profile_id FROM identity_identity
                WHERE kind = h.kind AND scope = h.scope AND value = h.value
                  AND NOT (kind IN ('phone', 'email')) AND detached_at IS NULL LIMIT 1
            ) AS i
            JOIN identity_profile AS p ON p.id = i.profile_id
            JOIN customers_customer AS c ON c.id = p.customer_id
            """,
            [
                array([kind for kind, _value in wanted]),
                array([scope_of(kind, self.source) for kind, _value in wanted]),
                array([value for _kind, value in wanted]),
            ],
        )
        for kind, value, customer, is_gone in cursor.fetchall():
            self.by_handle[kind, value] = self._person(
                customer, is_gone=is_gone, is_numbered=kind == "number"
            )

    def _find_contacts(self, cursor: CursorWrapper, shared: Iterable[Handle]) -> None:
        wanted = list(shared)
        if not wanted:
            return
        # `|| ''` hides the source from the planner: without statistics, as in the first import, it would
        # read all profiles of the source for each customer found.
        cursor.execute(
            """
            SELECT h.kind, h.value, c.id, c.name, c.is_numbered
            FROM unnest(%s::text[], %s::text[]) AS h (kind, value)
            CROSS JOIN LATERAL (
                SELECT c.id, c.name, EXISTS (
                    SELECT 1 FROM identity_profile AS own
                    WHERE own.customer_id = c.id AND own.source || '' = %s
                      AND own.source_key <> '' AND NOT starts_with(own.source_key, %s)
                ) AS is_numbered
                FROM identity_identity AS i
                JOIN identity_profile AS p ON p.id = i.profile_id
                JOIN customers_customer AS c ON c.id = p.customer_id
                WHERE i.value = h.value AND i.kind = h.kind
                  AND i.detached_at IS NULL AND c.deleted_at IS NULL LIMIT %s
            ) AS c
            ORDER BY c.id
            """,
            [
                array([kind for kind, _value in wanted]),
                array([value for _kind, value in wanted]),
                self.source,
                NO_NUMBER,
                NAMESAKES,
            ],
        )
        for kind, value, customer, name, is_numbered in cursor.fetchall():
            person = self._person(customer, is_gone=False, is_numbered=is_numbered)
            self.by_contact.setdefault((kind, value, name_key(name)), person)
            self.sharers[kind, value].add(person)

    def _find_forbidden(self) -> None:
        """Known customers whom the one who imports may not change."""
        if self.persons and self.by.scope("customer", "edit") is not Scope.ALL:
            mine = Customer.objects.visible_to(self.by, "edit").filter(pk__in=list(self.persons))
            self.forbidden = self.persons.keys() - set(mine.values_list("pk", flat=True))


def scope_of(kind: str, source: str) -> str:
    """In which numbering system a handle is unique."""
    return "" if kind in GLOBAL or kind in ("phone", "email") else source


def _nameless(row: PersonRow, name: str) -> dict[str, Any]:
    """What stands for the name until some row says it: an organisation's own name, or a number."""
    if "name" in row.values:
        return {}
    return {"name": name, "kind": Customer.Kind.ORGANISATION.value} if name != row.number else {"name": name}


def _merge(person: Person, row: PersonRow) -> None:
    tags = person.values.get("tags", ())
    person.values.update(row.values)
    if tags:
        person.values["tags"] = tuple(dict.fromkeys((*tags, *row.values.get("tags", ()))))
    person.lines.append(row.line)
