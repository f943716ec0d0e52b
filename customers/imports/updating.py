"""Brings known customers up to date: by the policy of each column; an empty cell never changes anything."""

from collections.abc import Collection, Iterable, Sequence

from django.db.backends.utils import CursorWrapper

from crm.lib.copying import copy
from customers.identity.indexing import index
from customers.imports import policies
from customers.imports.matching import Person, Word
from customers.imports.models import ImportJob
from customers.imports.tracing import Tracing, Watched
from customers.imports.writing import OTHERS, TEXTS, Origin, customer_values, identities_of, write_words
from customers.record import recording
from customers.record.models import Change

AT_ONCE = 1_000

STAGE_PEOPLE = f"""
    DROP TABLE IF EXISTS import_people;
    CREATE TEMPORARY TABLE import_people (
        customer_id bigint, said_at timestamptz, {", ".join(f"{name} text" for name in TEXTS)},
        birthday date, tags varchar(50)[], owner_id bigint, team_id bigint
    ) ON COMMIT DROP
"""
STAGED = ("customer_id", "said_at", *TEXTS, *OTHERS)
UPDATE_PEOPLE = """
    UPDATE customers_customer AS c
    SET {sets}, version = c.version + 1, updated_at = %s
    FROM import_people AS s
    WHERE c.id = s.customer_id AND ({differs})
    RETURNING c.id
"""
WATCHED = (
    Watched("customers_customer", [*TEXTS, *OTHERS, "updated_at"], "id = ANY(%s)", locks=True),
    Watched("identity_profile", ["raw", "digest", "last_seen_at"]),
    Watched(
        "identity_identity",
        [],
        "profile_id IN (SELECT id FROM identity_profile WHERE customer_id = ANY(%s))",
    ),
)
STAGE_WORDS = """
    DROP TABLE IF EXISTS import_words;
    CREATE TEMPORARY TABLE import_words (id bigint, raw jsonb, digest bigint) ON COMMIT DROP
"""
UPDATE_WORDS = """
    UPDATE identity_profile AS p SET raw = s.raw, digest = s.digest, last_seen_at = %s
    FROM import_words AS s WHERE p.id = s.id
"""
STAGE_HANDLES = """
    DROP TABLE IF EXISTS import_handles;
    CREATE TEMPORARY TABLE import_handles (
        profile_id bigint, kind text, scope text, value text
    ) ON COMMIT DROP
"""
INSERT_HANDLES = """
    INSERT INTO identity_identity
        (profile_id, kind, scope, value, source, confidence, first_seen_at, last_seen_at)
    SELECT profile_id, kind, scope, value, %s, 100, %s, %s FROM import_handles
    ON CONFLICT DO NOTHING RETURNING profile_id
"""


def update_known(
    cursor: CursorWrapper,
    job: ImportJob,
    people: Sequence[Person],
    words: Sequence[Word],
    trace: Tracing,
) -> set[int]:
    """Writes what `words`, all with news, say of `people`; returns the customers whom that changes."""
    if not words:
        return set()
    origin = Origin.of(job.source, trace.at, job.created_by)
    for table in WATCHED:
        trace.watch(table, {word.person.pk for word in words})
    changed = _update_people(cursor, job, people, origin) | _write_words(cursor, words, origin)
    index_all(changed)
    trace.compare()
    return changed


def stage(cursor: CursorWrapper, job: ImportJob, people: Iterable[Person]) -> None:
    """What a file says of known people, as the table import_people."""
    cursor.execute(STAGE_PEOPLE)
    uploaded = job.created_at.isoformat()
    rows = ((one.pk, one.values.get("changed_at", uploaded), *customer_values(one)) for one in people)
    copy(cursor, "import_people", STAGED, rows)
    cursor.execute("ANALYZE import_people")


def index_all(customer_ids: Collection[int]) -> None:
    ids = sorted(customer_ids)
    for start in range(0, len(ids), AT_ONCE):
        index(ids[start : start + AT_ONCE])


def _update_people(
    cursor: CursorWrapper, job: ImportJob, people: Iterable[Person], origin: Origin
) -> set[int]:
    stage(cursor, job, people)
    cells = policies.cells(job)
    update = UPDATE_PEOPLE.format(
        sets=", ".join(cell.sets for cell in cells), differs=" OR ".join(cell.wanted for cell in cells)
    )
    chosen = "SELECT customer_id FROM import_people"
    with recording.following(chosen, by=job.created_by, source=Change.Source.IMPORT):
        cursor.execute(update, [origin.now])
        return {pk for (pk,) in cursor.fetchall()}


def _write_words(cursor: CursorWrapper, words: Iterable[Word], origin: Origin) -> set[int]:
    known = [word for word in words if word.pk]
    write_words(cursor, [word for word in words if not word.pk], origin)
    cursor.execute(STAGE_WORDS)
    copy(
        cursor,
        "import_words",
        ["id", "raw", "digest"],
        ((word.pk, word.raw(), word.digest) for word in known),
    )
    cursor.execute(UPDATE_WORDS, [origin.now])
    cursor.execute(STAGE_HANDLES)
    handles = identities_of(words, origin.source)
    copy(cursor, "import_handles", ["profile_id", "kind", "scope", "value"], handles)
    cursor.execute(INSERT_HANDLES, [origin.source, origin.now, origin.now])
    person_of = {word.pk: word.person.pk for word in words}
    return {person_of[profile] for (profile,) in cursor.fetchall()}
