"""Takes back what one chunk of an import did: cells get their former values, rows that it made go."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from customers.identity.models import Identity
from customers.imports import extras
from customers.imports.models import ImportJob, Trace
from customers.imports.removing import remove
from customers.imports.tracing import Span
from customers.imports.updating import index_all
from customers.merging.models import Merge
from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import OrderLine, Product
from customers.record import recording
from customers.record.models import Change

CUSTOMERS = Customer._meta.db_table
PRODUCTS = Product._meta.db_table
# Changes that no edit form knows of: they do not make a new version.
SILENT = {"touched_at", "updated_at"}
# By which a row's customer is found where the row does not say it.
OWNERS = {Identity: "profile__customer", OrderLine: "order__customer"}
STAGE_CELLS = """
    DROP TABLE IF EXISTS import_cells;
    CREATE TEMPORARY TABLE import_cells ON COMMIT DROP AS
        SELECT (cell->>0)::bigint AS pk, cell->1 AS cells
        FROM imports_trace CROSS JOIN LATERAL jsonb_array_elements(changed) AS cell
        WHERE job_id = %s AND chunk = %s AND "table" = %s;
    ANALYZE import_cells
"""
STAGE_AFFECTED = """
    DROP TABLE IF EXISTS import_affected;
    CREATE TEMPORARY TABLE import_affected ON COMMIT DROP AS
        SELECT id AS customer_id FROM customers_customer WHERE id = ANY(%s)
"""


@dataclass
class Undone:
    """How many customers a chunk's undoing concerned."""

    removed: int = 0
    restored: int = 0
    kept: int = 0


@dataclass
class Made:
    """All rows that an import made, by table."""

    spans: dict[str, list[Span]] = field(default_factory=dict)

    @classmethod
    def by(cls, job: ImportJob) -> "Made":
        found: dict[str, list[Span]] = {}
        traces = job.traces.exclude(made=[]).values_list("table", "made")
        for table, made in traces.iterator():
            found.setdefault(table, []).extend((first, last) for first, last in made)
        return cls({table: sorted(some) for table, some in found.items()})

    def holds(self, table: str, pk: int) -> bool:
        some = self.spans.get(table, [])
        place = bisect_right(some, (pk, pk)) - 1
        after = place + 1 < len(some) and some[place + 1][0] == pk
        return after or (place >= 0 and some[place][0] <= pk <= some[place][1])

    def literal(self, table: str) -> str:
        """As PostgreSQL writes sets of ranges."""
        return "{" + ",".join(f"[{first},{last}]" for first, last in self.spans.get(table, [])) + "}"


def undo(cursor: CursorWrapper, job: ImportJob, chunk: int, made: Made, *, force: bool) -> Undone:
    for setting in ("record.erasing", *extras.unlocks()):
        cursor.execute("SELECT set_config(%s, 'yes', true)", [setting])
    traces = list(Trace.objects.filter(job=job, chunk=chunk, is_undone=False))
    changed = {one.table for one in traces if one.changed}
    keys = {one.table: keys_of(one.made) for one in traces if one.made}
    done, affected = Undone(), set[int]()
    for table in sorted(changed, key=lambda name: name == CUSTOMERS):
        cursor.execute(STAGE_CELLS, [job.pk, chunk, table])
        leave_out_made(cursor, table, made)
        affected |= _owners_of_staged(cursor, table)
        restored = _restore(cursor, job, table, force=force)
        affected |= _owners_of_staged(cursor, table)
        done.restored += restored if table == CUSTOMERS else 0
    for table in keys.keys() - {CUSTOMERS, PRODUCTS}:
        affected |= _remove(cursor, table, keys[table], made)
    made_here = keys.get(CUSTOMERS, [])
    kept = joined(made_here) if force else with_work_since(cursor, job, made_here, made)
    remove(cursor, Customer, [pk for pk in made_here if pk not in kept])
    _remove_products(keys.get(PRODUCTS, []))
    done.removed, done.kept = len(made_here) - len(kept), len(kept)
    _bring_up_to_date(cursor, affected)
    Trace.objects.filter(job=job, chunk=chunk).update(is_undone=True, changed=[])
    return done


def leave_out_made(cursor: CursorWrapper, table: str, made: Made) -> None:
    """Customers that the import itself made go or stay as a whole."""
    if table == CUSTOMERS:
        cursor.execute("DELETE FROM import_cells WHERE pk <@ %s::int8multirange", [made.literal(CUSTOMERS)])


def keys_of(made: Sequence[Span]) -> list[int]:
    return [pk for first, last in made for pk in range(first, last + 1)]


def with_work_since(cursor: CursorWrapper, job: ImportJob, keys: Collection[int], made: Made) -> set[int]:
    """Those of the customers made by an import whom somebody has worked on since."""
    return {pk for _what, pk in work_since(cursor, job, keys, made)}


def joined(keys: Collection[int]) -> set[int]:
    """Those who became part of somebody or took somebody in: others would go with them."""
    standing = Merge.objects.standing().filter(Q(survivor__in=keys) | Q(absorbed__in=keys))
    return {pk for ends in standing.values_list("survivor", "absorbed") for pk in ends} & set(keys)


def work_since(
    cursor: CursorWrapper, job: ImportJob, keys: Collection[int], made: Made
) -> Iterator[tuple[str, int]]:
    """Pairs of what was done, a field or a kind of row, and the customer."""
    if not keys:
        return
    # Everything that an import writes carries the moment of one of its chunks.
    cursor.execute(
        "SELECT id FROM customers_customer WHERE id = ANY(%s)"
        " AND NOT updated_at = ANY(ARRAY(SELECT DISTINCT at FROM imports_trace WHERE job_id = %s))",
        [list(keys), job.pk],
    )
    yield from (("customers.customer", pk) for (pk,) in cursor.fetchall())
    for model, column in _children():
        cursor.execute(
            f'SELECT DISTINCT "{column}" FROM "{model._meta.db_table}" WHERE "{column}" = ANY(%s)'
            f' AND NOT "{key_of(model)}" <@ %s::int8multirange',
            [list(keys), made.literal(model._meta.db_table)],
        )
        yield from ((model._meta.label_lower, pk) for (pk,) in cursor.fetchall())


def _children() -> Iterator[tuple[type[models.Model], str]]:
    """The tables of what hangs on customers, without what is derived from other rows.

    A row that shares the customer's key sums something up, such as orders or search words.
    """
    for relation in Customer._meta.related_objects:
        model: Any = relation.related_model
        if model._meta.db_table not in extras.derived() and not relation.field.primary_key:
            yield model, str(relation.field.column)


def _restore(cursor: CursorWrapper, job: ImportJob, table: str, *, force: bool) -> int:
    columns = _staged_columns(cursor)
    if not columns:
        return 0
    model = model_of(table)
    going = {column: _goes(model, column, force=force) for column in columns}
    sets = [f'"{one}" = CASE WHEN {going[one]} THEN was."{one}" ELSE t."{one}" END' for one in columns]
    if table == CUSTOMERS and not SILENT.issuperset(columns):
        sets.append("version = t.version + 1")
    sql = f"""
        UPDATE "{table}" AS t SET {", ".join(sets)}
        FROM import_cells AS c CROSS JOIN LATERAL jsonb_populate_record(
            NULL::"{table}",
            (SELECT jsonb_object_agg(name, cell->0) FROM jsonb_each(c.cells) AS x (name, cell))
        ) AS was
        WHERE t."{key_of(model)}" = c.pk AND ({" OR ".join(going.values())})
    """
    if table != CUSTOMERS:
        cursor.execute(sql)
        return int(cursor.rowcount)
    chosen = "SELECT pk FROM import_cells"
    with recording.following(chosen, by=job.reverted_by, source=Change.Source.UNDO):
        cursor.execute(sql)
        return int(cursor.rowcount)


def _goes(model: type[models.Model], column: str, *, force: bool) -> str:
    """Whether a cell goes back: it holds what the import wrote, and what it held before still exists."""
    going = f"c.cells ? '{column}'"
    if not force:
        going += f""" AND COALESCE(to_jsonb(t."{column}"), 'null') = c.cells->'{column}'->1"""
    found = next(one for one in model._meta.concrete_fields if one.column == column)
    if isinstance(found, models.ForeignKey):
        target = found.related_model._meta
        going += f""" AND (was."{column}" IS NULL
            OR EXISTS (SELECT 1 FROM "{target.db_table}" WHERE "{target.pk.column}" = was."{column}"))"""
    return f"({going})"


def _staged_columns(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT DISTINCT jsonb_object_keys(cells) FROM import_cells ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]


def _owners_of_staged(cursor: CursorWrapper, table: str) -> set[int]:
    """The customers of the rows in import_cells."""
    cursor.execute("SELECT pk FROM import_cells")
    keys = [pk for (pk,) in cursor.fetchall()]
    return {owner for _pk, owner in owned(table, keys)}


def owned(table: str, keys: Collection[int]) -> list[tuple[int, int]]:
    """Pairs of row and customer."""
    model = model_of(table)
    if model is Product:
        return []
    path = "pk" if model is Customer else OWNERS.get(model, "customer")
    return list(model._base_manager.filter(pk__in=list(keys)).values_list("pk", path))


def _remove(cursor: CursorWrapper, table: str, keys: Collection[int], made: Made) -> set[int]:
    """Rows of customers that the import made go, or stay, with them. Returns whose rows went."""
    going = [(pk, owner) for pk, owner in owned(table, keys) if not made.holds(CUSTOMERS, owner)]
    remove(cursor, model_of(table), [pk for pk, _owner in going])
    return {owner for _pk, owner in going}


def _remove_products(keys: Collection[int]) -> None:
    """Those that nothing else was bought of."""
    unsold = Product.objects.filter(pk__in=list(keys)).exclude(pk__in=OrderLine.objects.values("product"))
    unsold.delete()


def _bring_up_to_date(cursor: CursorWrapper, affected: Iterable[int]) -> None:
    cursor.execute(STAGE_AFFECTED, [sorted(affected)])
    rollups.refresh(cursor, "import_affected")
    cursor.execute("SELECT customer_id FROM import_affected")
    index_all([pk for (pk,) in cursor.fetchall()])


def model_of(table: str) -> type[models.Model]:
    return next(one for one in apps.get_models() if one._meta.db_table == table)


def key_of(model: Any) -> str:
    return str(model._meta.pk.column)
