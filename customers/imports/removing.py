"""Deletes many rows with all that hangs on them, as Django would, but a table at a time instead of a row.

Django's own way reads every row that has children and hands all keys to each statement: 2.4 ms a customer.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import models
from django.db.backends.utils import CursorWrapper

STAGE = """
    DROP TABLE IF EXISTS {gone};
    CREATE TEMPORARY TABLE {gone} ON COMMIT DROP AS {chosen}
"""


def remove(cursor: CursorWrapper, model: type[models.Model], keys: Collection[int]) -> None:
    """What may not lose its row (PROTECT) stops the transaction."""
    if not keys:
        return
    chosen = "SELECT DISTINCT unnest(%s::bigint[]) AS pk"
    cursor.execute(STAGE.format(gone="import_gone_0", chosen=chosen), [list(keys)])
    _remove_staged(cursor, model, 0)


def _remove_staged(cursor: CursorWrapper, model: Any, depth: int) -> None:
    """The rows whose keys stand in the temporary table of this depth, after what hangs on them."""
    gone, below = f"import_gone_{depth}", f"import_gone_{depth + 1}"
    cursor.execute(f"ANALYZE {gone}")
    for child, column, on_delete in _children(model):
        hanging = f'"{column}" IN (SELECT pk FROM {gone})'
        if on_delete is models.SET_NULL:
            cursor.execute(f'UPDATE "{child._meta.db_table}" SET "{column}" = NULL WHERE {hanging}')
        elif on_delete is models.CASCADE and not any(_children(child)):
            cursor.execute(f'DELETE FROM "{child._meta.db_table}" WHERE {hanging}')
        elif on_delete is models.CASCADE:
            key = child._meta.pk.column
            chosen = f'SELECT "{key}" AS pk FROM "{child._meta.db_table}" WHERE {hanging}'
            cursor.execute(STAGE.format(gone=below, chosen=chosen))
            _remove_staged(cursor, child, depth + 1)
    table, key = model._meta.db_table, model._meta.pk.column
    cursor.execute(f'DELETE FROM "{table}" WHERE "{key}" IN (SELECT pk FROM {gone})')


def _children(model: Any) -> Iterator[tuple[Any, str, Any]]:
    """The tables that point here, by which column, and what is to become of their rows."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one):
            yield relation.related_model, relation.field.column, relation.on_delete
