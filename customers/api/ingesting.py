"""Touchpoints by the hundred: whom each is about is asked in three statements, and all are written in one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2.extras import Json, execute_values

from crm.accounts.models import User
from crm.lib.copying import array
from customers.models import Customer
from customers.timeline.models import Entry
from customers.timeline.signals import recorded

# A number that more customers share than this names nobody.
SHARERS = 2
FIND_BY_KEY = """
    SELECT k.source, k.key, p.customer_id
    FROM unnest(%s::text[], %s::text[]) AS k (source, key)
    CROSS JOIN LATERAL (
        SELECT customer_id FROM identity_profile
        WHERE source = k.source AND source_key = k.key AND source_key <> '' LIMIT 1
    ) AS p
"""
FIND_BY_HANDLE = """
    SELECT h.kind, h.scope, h.value, array_agg(DISTINCT c.customer_id)
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS h (kind, scope, value)
    CROSS JOIN LATERAL (
        SELECT DISTINCT p.customer_id
        FROM identity_identity AS i
        JOIN identity_profile AS p ON p.id = i.profile_id
        JOIN customers_customer AS c ON c.id = p.customer_id AND c.deleted_at IS NULL
        WHERE i.value = h.value AND i.kind = h.kind AND i.detached_at IS NULL
          AND (h.kind IN ('phone', 'email') OR i.scope = h.scope)
        LIMIT %s
    ) AS c
    GROUP BY h.kind, h.scope, h.value
"""
INSERT = """
    INSERT INTO timeline_entry (
        customer_id, kind, channel, direction, occurred_at, summary, body, actor_id, source, source_id, data
    ) VALUES %s
    ON CONFLICT (source, source_id) DO NOTHING
    RETURNING id, source, source_id
"""
TOUCH = """
    UPDATE customers_customer AS c SET touched_at = t.latest
    FROM (
        SELECT customer_id, max(at) AS latest
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS t (customer_id, at)
        GROUP BY customer_id
    ) AS t
    WHERE c.id = t.customer_id AND c.touched_at < t.latest
"""


@dataclass(frozen=True)
class Whom:
    """Whom a touch is about: by our id, by a program's number, or by a handle."""

    pk: int = 0
    source: str = ""
    key: str = ""
    kind: str = ""
    scope: str = ""
    value: str = ""


@dataclass(frozen=True)
class Touch:
    whom: Whom
    kind: str
    channel: str
    direction: str
    occurred_at: datetime
    summary: str
    body: str
    source: str
    source_id: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What became of a touch; `pk` is its entry's, and `reason` says why there is none."""

    status: str
    pk: int | None = None
    reason: str = ""


@transaction.atomic
def ingest(touches: Sequence[Touch], *, by: User) -> list[Outcome]:
    """Writes what is new about customers whom `by` may edit. A touch that was told before changes nothing."""
    with connection.cursor() as cursor:
        customers = find(cursor, [touch.whom for touch in touches], by=by)
        ready = {
            (touch.source, touch.source_id): (touch, customer)
            for touch, customer in zip(touches, customers, strict=True)
            if isinstance(customer, int)
        }
        written = _write(cursor, ready.values())
        known = _known(cursor, ready.keys() - written.keys())
    return [
        Outcome("error", reason=customer)
        if isinstance(customer, str)
        else _outcome(touch, customer, written, known)
        for touch, customer in zip(touches, customers, strict=True)
    ]


def find(cursor: CursorWrapper, whom: Sequence[Whom], *, by: User) -> list[int | str]:
    """For each the customer, or why there is none to write about."""
    by_key = _by_key(cursor, {(one.source, one.key) for one in whom if one.key})
    by_handle = _by_handle(cursor, {(one.kind, one.scope, one.value) for one in whom if one.value})
    found: list[int | str] = []
    for one in whom:
        if one.pk:
            found.append(one.pk)
        elif one.key:
            found.append(by_key.get((one.source, one.key), "unknown_customer"))
        else:
            found.append(by_handle.get((one.kind, one.scope, one.value), "unknown_customer"))
    ids = {one for one in found if isinstance(one, int)}
    mine = set(Customer.objects.visible_to(by, "edit").filter(pk__in=ids).values_list("pk", flat=True))
    return [one if isinstance(one, str) or one in mine else "unknown_customer" for one in found]


def _by_key(cursor: CursorWrapper, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int | str]:
    wanted = list(keys)
    if not wanted:
        return {}
    cursor.execute(FIND_BY_KEY, [array([one[0] for one in wanted]), array([one[1] for one in wanted])])
    return {(source, key): customer for source, key, customer in cursor.fetchall()}


def _by_handle(
    cursor: CursorWrapper, handles: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], int | str]:
    wanted = list(handles)
    if not wanted:
        return {}
    columns = (array([one[place] for one in wanted]) for place in range(3))
    cursor.execute(FIND_BY_HANDLE, [*columns, SHARERS])
    return {
        (kind, scope, value): customers[0] if len(customers) == 1 else "shared_contact"
        for kind, scope, value, customers in cursor.fetchall()
    }


def _write(cursor: CursorWrapper, ready: Iterable[tuple[Touch, int]]) -> dict[tuple[str, str], int]:
    entries = {(one.source, one.source_id): _entry(one, customer) for one, customer in ready}
    if not entries:
        return {}
    rows = [
        (
            *(one.customer_id, one.kind, one.channel, one.direction, one.occurred_at, one.summary, one.body),
            *(None, one.source, one.source_id, Json(one.data)),
        )
        for one in entries.values()
    ]
    with connection.wrap_database_errors:
        returned = execute_values(cursor.cursor, INSERT, rows, page_size=len(rows), fetch=True)
    for pk, *key in returned:
        entries[key[0], key[1]].pk = pk
    written = {key: one for key, one in entries.items() if one.pk}
    if written:
        moments = [(one.customer_id, one.occurred_at) for one in written.values()]
        cursor.execute(TOUCH, [list(column) for column in zip(*moments, strict=True)])
        recorded.send(Entry, entries=list(written.values()))
    return {key: one.pk for key, one in written.items()}


def _entry(touch: Touch, customer: int) -> Entry:
    told = {field.name: getattr(touch, field.name) for field in fields(touch) if field.name != "whom"}
    return Entry(customer_id=customer, **told)


def _known(cursor: CursorWrapper, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """The entries that were told before, with their customers."""
    wanted = list(keys)
    if not wanted:
        return {}
    cursor.execute(
        "SELECT source, source_id, id, customer_id FROM timeline_entry"
        " WHERE (source, source_id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
        [array([one[0] for one in wanted]), array([one[1] for one in wanted])],
    )
    return {(source, key): (pk, customer) for source, key, pk, customer in cursor.fetchall()}


def _outcome(
    touch: Touch,
    customer: int,
    written: dict[tuple[str, str], int],
    known: dict[tuple[str, str], tuple[int, int]],
) -> Outcome:
    key = touch.source, touch.source_id
    if key in written:
        return Outcome("created", written[key])
    pk, told_of = known[key]
    return Outcome("unchanged", pk) if told_of == customer else Outcome("error", reason="told_of_another")
