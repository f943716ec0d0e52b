"""Brings known customers up to date: a value in the file wins over an older one, an empty cell never does."""

from collections.abc import Collection, Iterable, Sequence

from django.db.backends.utils import CursorWrapper

from crm.lib.copying import copy
from customers.identity.indexing import index
from customers.imports.matching import Person, Word
from customers.imports.writing import (
    NULLABLE,
    OTHERS,
    TEXTS,
    Origin,
    customer_values,
    identities_of,
    write_words,
)

AT_ONCE = 1_000

STAGE_PEOPLE = f"""
    DROP TABLE IF EXISTS import_people;
    CREATE TEMPORARY TABLE import_people (
        customer_id bigint, {", ".join(f"{name} text" for name in TEXTS)},
        birthday date, tags varchar(50)[], owner_id bigint, team_id bigint
    ) ON COMMIT DROP
"""
SETS = [
    *[f"{name} = COALESCE(NULLIF(s.{name}, ''), c.{name})" for name in TEXTS],
    *[f"{name} = COALESCE(s.{name}, c.{name})" for name in NULLABLE],
    "tags = c.tags || ARRAY(SELECT tag FROM unnest(s.tags) AS tag WHERE NOT tag = ANY (c.tags))",
]
DIFFERENT = [
    *[f"s.{name} <> '' AND s.{name} <> c.{name}" for name in TEXTS],
    *[f"s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM c.{name}" for name in NULLABLE],
    "NOT s.tags <@ c.tags",
]
UPDATE_PEOPLE = f"""
    UPDATE customers_customer AS c
    SET {", ".join(SETS)}, version = c.version + 1, updated_at = %s
    FROM import_people AS s
    WHERE c.id = s.customer_id AND ({" OR ".join(f"({one})" for one in DIFFERENT)})
    RETURNING c.id
"""
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
    cursor: CursorWrapper, people: Sequence[Person], words: Sequence[Word], origin: Origin
) -> set[int]:
    """Writes what `words`, all with news, say of `people`; returns the customers whom that changes."""
    if not words:
        return set()
    changed = _update_people(cursor, people, origin) | _write_words(cursor, words, origin)
    index_all(changed)
    return changed


def index_all(customer_ids: Collection[int]) -> None:
    ids = sorted(customer_ids)
    for start in range(0, len(ids), AT_ONCE):
        index(ids[start : start + AT_ONCE])


def _update_people(cursor: CursorWrapper, people: Iterable[Person], origin: Origin) -> set[int]:
    cursor.execute(STAGE_PEOPLE)
    rows = ((one.pk, *customer_values(one)) for one in people)
    copy(cursor, "import_people", ["customer_id", *TEXTS, *OTHERS], rows)
    cursor.execute("ANALYZE import_people")
    cursor.execute(UPDATE_PEOPLE, [origin.now])
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
