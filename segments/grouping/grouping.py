"""The work of a grouping: groups found in a sample, everybody put into the nearest, all published at once."""

import time
from collections.abc import Iterator

from django.db import connection, transaction

from crm.lib.copying import copy
from segments.grouping import clustering
from segments.grouping.clustering import Model, Sums
from segments.grouping.features import PARTS, Reader
from segments.grouping.models import Belonging, Grouping, NaturalGroup
from segments.leasing import Held

SAMPLE = 50_000
# Fewer customers form no groups that would be there tomorrow.
FEWEST = 50
DRAFT = "grouping_draft"
DROP = f"DROP TABLE IF EXISTS {DRAFT}"
CREATE = f"CREATE UNLOGGED TABLE {DRAFT} (customer_id bigint, group_id int)"
LEAVE = f"""
    DELETE FROM grouping_belonging AS old
    WHERE NOT EXISTS (SELECT FROM {DRAFT} AS new WHERE new.customer_id = old.customer_id)
"""
MOVE = f"""
    INSERT INTO grouping_belonging (customer_id, group_id) SELECT customer_id, group_id FROM {DRAFT}
    ON CONFLICT (customer_id) DO UPDATE SET group_id = excluded.group_id
    WHERE grouping_belonging.group_id <> excluded.group_id
"""


def group(held: Held[Grouping], customers: int) -> None:
    """Everybody who ordered is in exactly one group; with too few of them nobody is in any."""
    began = time.monotonic()
    reader = Reader.at(held.as_of)
    held.step(5)
    part = PARTS if customers <= SAMPLE else max(1, PARTS * SAMPLE // customers)
    sample = reader.sample(part, SAMPLE)
    held.step(15)
    if len(sample.customers) < FEWEST:
        _publish(held, [], {"too_few": True}, 0, began)
        return
    model = clustering.fit(sample.values)
    held.step(35)
    sums = [Sums() for _centre in model.centres]
    with connection.cursor() as cursor:
        cursor.execute(DROP)
        cursor.execute(CREATE)
        numbers = _numbers(model, reader)
        copied = 0
        for rows in _assigned(model, reader, sums):
            copy(cursor, DRAFT, ("customer_id", "group_id"), [(pk, numbers[place]) for pk, place in rows])
            copied += len(rows)
            held.step(min(90, 35 + 55 * copied // max(1, customers)))
        cursor.execute(f"ANALYZE {DRAFT}")
    report: dict[str, object] = {"tried": {str(number): score for number, score in model.tried.items()}}
    _publish(held, _groups(sums, numbers, reader), report, copied, began)


def _assigned(model: Model, reader: Reader, sums: list[Sums]) -> Iterator[list[tuple[int, int]]]:
    for piece in reader.everybody():
        places = model.nearest(piece.values)
        for place, one in enumerate(sums):
            one.add(piece, places == place)
        yield list(zip(piece.customers.tolist(), places.tolist(), strict=True))


def _numbers(model: Model, reader: Reader) -> list[int]:
    scale = model.scale
    raw = model.centres * scale.width + scale.mean
    centres = [dict(zip(reader.names, centre.tolist(), strict=True)) for centre in raw]
    before = {one.number: one.centre for one in NaturalGroup.objects.order_by("number")}
    return clustering.numbers(centres, before, scale)


def _groups(sums: list[Sums], numbers: list[int], reader: Reader) -> list[NaturalGroup]:
    everybody = clustering.together(sums)
    return [
        NaturalGroup(
            number=number,
            centre=dict(zip(reader.names, one.means.tolist(), strict=True)),
            profile=clustering.profile(one, everybody, reader),
            customers=one.customers,
            money=round(one.money, 2),
        )
        for one, number in zip(sums, numbers, strict=True)
        if one.customers
    ]


def _publish(
    held: Held[Grouping], groups: list[NaturalGroup], report: dict[str, object], customers: int, began: float
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        NaturalGroup.objects.exclude(number__in=[one.number for one in groups])._raw_delete("default")
        NaturalGroup.objects.bulk_create(
            groups,
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["centre", "profile", "customers", "money"],
        )
        if groups:
            cursor.execute(LEAVE)
            cursor.execute(MOVE)
        else:
            cursor.execute(f"DELETE FROM {Belonging._meta.db_table}")
        held.finish(customers=customers, report=report, seconds=time.monotonic() - began)
        cursor.execute(DROP)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Belonging._meta.db_table}")
