"""Writing the history, in the transaction of the change itself: one customer at a time or a whole set."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.accounts.models import User
from customers.models import Customer
from customers.record.fields import KEPT, RELATIONS, dump
from customers.record.models import Change

TELLER = "history"
COLUMNS = [f"{name}_id" if name in RELATIONS else name for name in KEPT]


def teller_key(customer_id: int, version: int) -> str:
    """By which the timeline's entry of a save is known."""
    return f"{customer_id}:{version}"


def record(
    customer: Customer, changes: Mapping[str, tuple[Any, Any]], *, by: User | None, source: str
) -> None:
    """Keeps old and new value of each field. `customer.version` is already the one after the change."""
    now = timezone.now()
    Change.objects.bulk_create(
        Change(
            customer=customer,
            version=customer.version,
            field=name,
            old=dump(old),
            new=dump(new),
            source=source,
            by=by,
            at=now,
        )
        for name, (old, new) in changes.items()
    )


@contextmanager
def following(
    customer_ids: Sequence[int] | str, *, by: User | None, source: str, tell: str = ""
) -> Iterator[None]:
    """Keeps what the statements inside change about many customers. Opened within a transaction.

        with following("SELECT customer_id FROM import_people", by=user, source=Change.Source.IMPORT):
            cursor.execute("UPDATE customers_customer SET …, version = version + 1 …")

    `customer_ids` is a list or a SELECT of ids; they are locked. Whatever changes a field must count
    `version` on: rows whose version stands still count as unchanged. `tell` is the kind of a timeline entry
    for each customer that changed, empty for none. It costs a few statements, however many there are.
    """
    with connection.cursor() as cursor:
        _remember(cursor, customer_ids)
        yield
        _compare(cursor, by, source)
        if tell:
            _tell(cursor, by, tell)


REMEMBER = f"""
    DROP TABLE IF EXISTS record_before;
    CREATE TEMPORARY TABLE record_before ON COMMIT DROP AS
        SELECT id, version, {", ".join(COLUMNS)} FROM customers_customer
        WHERE id IN ({{chosen}}) ORDER BY id FOR NO KEY UPDATE;
    ANALYZE record_before
"""


def _remember(cursor: CursorWrapper, customer_ids: Sequence[int] | str) -> None:
    if isinstance(customer_ids, str):
        cursor.execute(REMEMBER.format(chosen=customer_ids))
    else:
        cursor.execute(REMEMBER.format(chosen="SELECT unnest(%s::bigint[])"), [list(customer_ids)])


# Values become JSON only where they differ: that is the dear part, and most do not.
FIELDS = " UNION ALL ".join(
    f"SELECT '{name}', to_jsonb(b.{one}), to_jsonb(c.{one}) WHERE b.{one} IS DISTINCT FROM c.{one}"
    for name, one in zip(KEPT, COLUMNS, strict=True)
)
COMPARE = f"""
    INSERT INTO record_change (customer_id, version, field, old, new, source, by_id, at)
    SELECT c.id, c.version, field.name, field.old, field.new, %s, %s, %s
    FROM record_before AS b JOIN customers_customer AS c ON c.id = b.id AND c.version <> b.version
    CROSS JOIN LATERAL ({FIELDS}) AS field (name, old, new)
"""


def _compare(cursor: CursorWrapper, by: User | None, source: str) -> None:
    cursor.execute(COMPARE, [source, by.pk if by else None, timezone.now()])


def _as_shown(column: str) -> str:
    """A stored value as the timeline keeps it, the same as customers.services.shown makes of one customer."""
    text = f"{column} #>> '{{}}'"
    key = f"({text})::bigint"
    phone = f"regexp_replace({text}, '^\\+86', '')"
    return f"""CASE
        WHEN {column} IS NULL OR {text} = '' THEN ''
        WHEN change.field = 'phone' THEN CASE WHEN length({phone}) > 8
            THEN left({phone}, 3) || '••••' || right({phone}, 4) ELSE '••••' END
        WHEN change.field = 'email' THEN CASE WHEN {text} LIKE '%%@%%'
            THEN left({text}, 1) || '••••@' || split_part({text}, '@', 2) ELSE '••••' END
        WHEN change.field = 'owner' THEN (SELECT name FROM accounts_user WHERE id = {key})
        WHEN change.field = 'team' THEN (SELECT name FROM accounts_team WHERE id = {key})
        WHEN change.field = 'organisation' THEN (SELECT name FROM customers_customer WHERE id = {key})
        WHEN change.field = 'tags' THEN
            (SELECT coalesce(string_agg(tag, ', '), '') FROM jsonb_array_elements_text({column}) AS tag)
        ELSE {text} END"""


TELL = f"""
    INSERT INTO timeline_entry (customer_id, kind, channel, direction, occurred_at, summary, body, actor_id,
                                source, source_id, data)
    SELECT c.id, %s, 'staff', 'none', %s, '', '', %s, %s, c.id || ':' || c.version,
           jsonb_build_object('changes', jsonb_object_agg(
               change.field, jsonb_build_array({_as_shown("change.old")}, {_as_shown("change.new")})))
    FROM record_before AS b JOIN customers_customer AS c ON c.id = b.id AND c.version <> b.version
    JOIN record_change AS change ON change.customer_id = c.id AND change.version = c.version
    GROUP BY c.id, c.version ON CONFLICT DO NOTHING
"""


def _tell(cursor: CursorWrapper, by: User | None, kind: str) -> None:
    cursor.execute(TELL, [kind, timezone.now(), by.pk if by else None, TELLER])
