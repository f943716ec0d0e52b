"""Writes the match records of customers from what their profiles said, touching only rows that differ."""

from collections.abc import Collection, Iterable
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from crm.lib import locks
from crm.lib.copying import copy
from customers.matching import saying
from customers.matching.models import Record
from customers.matching.standard import COLUMNS, standardise
from customers.models import Customer

NAMES = ("profile_id", "ordinal", "customer_id", *COLUMNS)
LISTED = ", ".join(f'r."{name}"' for name in NAMES)
# By profile: a merge moves it first, and its records follow.
KEPT = f"""
    SELECT r.id, {LISTED} FROM identity_profile AS p
    JOIN matching_record AS r ON r.profile_id = p.id WHERE {{chosen}}
"""
values_of = attrgetter(*COLUMNS)
# Without one of these nobody can be recognised.
KEYS = ("name_key", "phone", "email", "openid", "card", "visitor", "number", "address")
keys_of = attrgetter(*KEYS)

Row = tuple[Any, ...]


def refresh(customer_ids: Iterable[int]) -> set[int]:
    """Recomputes the records of these customers; returns those whose records changed."""
    wanted = list(customer_ids)
    return _write(saying.of(wanted), "p.customer_id = ANY(%s)", [wanted]) if wanted else set()


def rebuild(after: int, limit: int) -> int:
    """Recomputes the records of the next `limit` customers by COPY; the last key, 0 when none is left."""
    numbers = Customer.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    last = numbers[limit - 1 : limit].first() or numbers.last()
    if last is None:
        return 0
    chosen = "p.customer_id > %s AND p.customer_id <= %s"
    _write(saying.between(after, last), chosen, [after, last])
    return last


@transaction.atomic
def _write(words: Iterable[saying.Word], chosen: str, parameters: list[Any]) -> set[int]:
    # One after the other, or two would write the same records; what was said is read behind this.
    locks.hold(["matching.records"])
    rows = {row[:2]: row for word in words for row in _rows(word)}
    with connection.cursor() as cursor:
        kept = _kept(cursor, chosen, parameters)
        old = {pk for pk, row in kept if rows.get(row[:2]) != row}
        same = {row[:2] for pk, row in kept if pk not in old}
        new = [row for key, row in rows.items() if key not in same]
        _replace(cursor, old, new)
    return {row[2] for row in new} | {row[2] for pk, row in kept if pk in old}


def _rows(word: saying.Word) -> Iterable[Row]:
    ordinal = 0
    for said in word.said:
        standard = standardise(said)
        if any(keys_of(standard)) or standard.family or standard.given:
            yield (word.profile, ordinal, word.customer, *values_of(standard))
            ordinal += 1


def _kept(cursor: CursorWrapper, chosen: str, parameters: list[Any]) -> list[tuple[int, Row]]:
    cursor.execute(KEPT.format(chosen=chosen), parameters)
    return [(row[0], row[1:]) for row in cursor.fetchall()]


def _replace(cursor: CursorWrapper, old: Collection[int], new: Collection[Row]) -> None:
    if old:
        cursor.execute("DELETE FROM matching_record WHERE id = ANY(%s)", [list(old)])
    if new:
        copy(cursor, Record._meta.db_table, NAMES, new)
