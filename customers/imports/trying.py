"""What a chunk of customers would do, without writing it: the same recognition, then comparisons in SQL."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.db.backends.utils import CursorWrapper

from crm.accounts.models import User
from crm.lib.copying import array, copy
from customers.identity.normalising import name_key
from customers.imports import policies
from customers.imports.chunks import Alike
from customers.imports.matching import People, Person, Word, scope_of
from customers.imports.models import ImportJob
from customers.imports.people import PersonRow
from customers.imports.seeing import Seen, digest
from customers.imports.updating import STAGE_HANDLES, stage

# A name alone says little; together with the day of birth it is most likely the same person.
SAME_BIRTHDAY = """
    SELECT s.line, c.id
    FROM unnest(%s::bigint[], %s::text[], %s::date[]) AS s (line, name, birthday)
    CROSS JOIN LATERAL (
        SELECT id FROM customers_customer
        WHERE name = s.name AND birthday = s.birthday AND deleted_at IS NULL LIMIT 1
    ) AS c
"""
UNSAID = """
    SELECT DISTINCT h.profile_id FROM import_handles AS h
    WHERE NOT EXISTS (
        SELECT 1 FROM identity_identity AS i
        WHERE i.profile_id = h.profile_id AND (i.kind, i.scope, i.value) = (h.kind, h.scope, h.value)
    )
"""


class TriedPeople(People):
    """Knows, beside the tables, whom earlier chunks would have made: they have numbers below zero."""

    def __init__(self, source: str, by: User, seen: Seen) -> None:
        super().__init__(source, by)
        self.seen = seen

    def look_up(self, cursor: CursorWrapper, rows: Sequence[PersonRow]) -> None:
        super().look_up(cursor, rows)
        keys = {row.key for row in rows}
        for (_what, key), _aside, number in self.seen.find(("key", key) for key in keys):
            person = self._seen_person(number)
            self.words.setdefault(key, Word(key, person, pk=number))
        for (_what, key), _aside, said in self.seen.find(("said", key) for key in keys):
            if key in self.words:
                self.words[key].digest = said
        handles = {handle for row in rows for handle in row.handles}
        for (_what, kind, value), _aside, number in self.seen.find(("handle", *one) for one in handles):
            self.by_handle.setdefault((kind, value), self._seen_person(number))
        self._find_seen_contacts(rows)

    def remember(self) -> None:
        """Tells later chunks whom this one would have made, and what it would have said."""
        for person in self.new:
            person.pk = self.seen.next()
        words = [word for word in self.words.values() if word.is_changed]
        self.seen.add(self._said(words))

    def _find_seen_contacts(self, rows: Sequence[PersonRow]) -> None:
        names = {digest((name,)): name for row in rows for _kind, _value, name in row.contacts}
        shared = {handle for row in rows for handle in row.shared}
        for (_what, kind, value), aside, number in self.seen.find(("shared", *one) for one in shared):
            person = self._seen_person(number)
            self.sharers[kind, value].add(person)
            if aside in names:
                self.by_contact.setdefault((kind, value, names[aside]), person)

    def _seen_person(self, number: int) -> Person:
        """The lowest bit says whether the person has a number in this source."""
        pk = abs(number) // 2 * (1 if number > 0 else -1)
        return self._person(pk, is_gone=False, is_numbered=bool(abs(number) % 2))

    def _said(self, words: Sequence[Word]) -> Iterator[tuple[tuple[str, ...], int, int]]:
        for word in words:
            person = word.person
            number = 2 * abs(person.pk) + person.is_numbered
            number = number if person.pk > 0 else -number
            yield ("key", word.key), 0, number
            if word.digest is not None:
                yield ("said", word.key), 0, word.digest
            name = name_key(person.values.get("name") or person.values.get("company", ""))
            for kind, value in word.handles:
                if kind in ("phone", "email"):
                    yield ("shared", kind, value), digest((name,)), number
                else:
                    yield ("handle", kind, value), 0, number


def alike_of(people: People, row: PersonRow) -> Person | None:
    """Somebody who has the same phone or e-mail, before the row is placed."""
    found = (person for handle in row.shared for person in people.sharers.get(handle, ()))
    return next(found, None)


def same_birthday(cursor: CursorWrapper, rows: Sequence[tuple[PersonRow, Person]]) -> list[Alike]:
    """New people with the name and the day of birth of somebody we have."""
    told = {row.line: (row, person) for row, person in rows if "birthday" in person.values}
    if not told:
        return []
    names = array([person.values["name"] for _row, person in told.values()])
    days = [person.values["birthday"] for _row, person in told.values()]
    cursor.execute(SAME_BIRTHDAY, [list(told), names, days])
    return [Alike(line, "birthday", pk, told[line][0].cells) for line, pk in cursor.fetchall()]


def changed_people(cursor: CursorWrapper, job: ImportJob, people: People, cells: Counter[str]) -> set[int]:
    """The known customers who would change; adds up in `cells` what would happen to their columns."""
    known = [one for one in people.persons.values() if one.lines and one.pk > 0]
    changed = {one.pk for one in people.persons.values() if one.lines and one.pk < 0}
    if not known:
        return changed
    stage(cursor, job, known)
    chosen = policies.cells(job)
    counted = ", ".join(
        f"count(*) FILTER (WHERE {cell.wanted} AND NOT {cell.empty}), "
        f"count(*) FILTER (WHERE {cell.wanted} AND {cell.empty}), "
        f"count(*) FILTER (WHERE {cell.differs} AND NOT {cell.wanted})"
        for cell in chosen
    )
    wanted = " OR ".join(cell.wanted for cell in chosen)
    cursor.execute(
        f"SELECT array_agg(c.id) FILTER (WHERE {wanted}), {counted} "
        "FROM import_people AS s JOIN customers_customer AS c ON c.id = s.customer_id"
    )
    ids, *numbers = cursor.fetchone()
    for place, cell in enumerate(chosen):
        for offset, what in enumerate(("changed", "filled", "kept")):
            if numbers[3 * place + offset]:
                cells[f"{cell.column}:{what}"] += numbers[3 * place + offset]
    return changed | set(ids or ()) | _with_new_handles(cursor, people)


def _with_new_handles(cursor: CursorWrapper, people: People) -> set[int]:
    """Known customers of whom the file says a phone, e-mail or number that its source did not say before."""
    words = [one for one in people.words.values() if one.is_changed and one.person.pk > 0]
    changed = {word.person.pk for word in words if word.pk <= 0 and word.handles}
    known = {word.pk: word for word in words if word.pk > 0}
    cursor.execute(STAGE_HANDLES)
    rows = (
        (word.pk, kind, scope_of(kind, people.source), value)
        for word in known.values()
        for kind, value in word.handles
    )
    copy(cursor, "import_handles", ["profile_id", "kind", "scope", "value"], rows)
    cursor.execute(UNSAID)
    return changed | {known[pk].person.pk for (pk,) in cursor.fetchall()}
