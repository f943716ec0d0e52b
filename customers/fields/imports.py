"""Custom fields as columns of customer files: an empty cell says nothing, a written one is taken over by the
policy of its column."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db.backends.utils import CursorWrapper

from crm.accounts.models import User
from crm.lib.columns import Column
from customers import resources
from customers.fields import definitions
from customers.fields.definitions import CHOSEN, COUNTED, Definition, Kind
from customers.fields.forms import PREFIX
from customers.fields.kinds import read, shown, written
from customers.fields.listing import value_of
from customers.fields.models import FieldValues
from customers.fields.numbers import is_number
from customers.fields.storing import FAMILY
from customers.identity.indexing import index
from customers.imports import extras, policies
from customers.imports.models import ImportJob, Policy
from customers.imports.tracing import Watched
from customers.models import Customer
from customers.record.models import Change

TABLE = FieldValues._meta.db_table
# How a column of text becomes JSON.
AS_JSON: dict[str, str] = {
    **dict.fromkeys(COUNTED, "to_jsonb({name}::numeric)"),
    Kind.SEVERAL: "to_jsonb(string_to_array({name}, ', '))",
}
# Of several rows about one customer the last one that says something counts.
SAID = "(array_agg({json} ORDER BY line DESC) FILTER (WHERE {name} <> '' AND {wanted}))[1]"
EMPTY = "v.values -> '{key}' IS NULL"
# What a customer has whom this very import made came from the file as well.
WANTED = {
    Policy.OVERWRITE: "true",
    Policy.FILL: EMPTY,
    Policy.NEWEST: f"({EMPTY} OR s.said_at > {policies.OURS_AT})",
    Policy.KEEP: "c.created_at >= %(since)s",
}
WRITE = """
    WITH said AS (
        SELECT s.customer_id, jsonb_strip_nulls(jsonb_build_object({pairs})) AS given
        FROM {table} AS s JOIN customers_customer AS c ON c.id = s.customer_id
        LEFT JOIN {stored} AS v ON v.customer_id = s.customer_id
        GROUP BY s.customer_id
    ), news AS (
        SELECT s.customer_id, coalesce(v.values, '{{}}') AS was, s.given
        FROM said AS s LEFT JOIN {stored} AS v USING (customer_id)
        WHERE NOT coalesce(v.values, '{{}}') @> s.given
    ), counted AS (
        UPDATE customers_customer AS c SET version = c.version + 1, updated_at = {moment}
        FROM news AS n WHERE c.id = n.customer_id RETURNING c.id, c.version, c.created_at
    ), kept AS (
        INSERT INTO record_change (customer_id, version, field, old, new, source, by_id, at)
        SELECT n.customer_id, c.version, %(family)s || '.' || g.key, n.was -> g.key, g.value, %(source)s,
            %(by)s, {moment}
        FROM news AS n JOIN counted AS c ON c.id = n.customer_id CROSS JOIN LATERAL jsonb_each(n.given) AS g
        WHERE c.created_at < %(since)s AND n.was -> g.key IS DISTINCT FROM g.value
    )
    INSERT INTO {stored} AS v (customer_id, values, updated_at)
    SELECT customer_id, was || given, {moment} FROM news
    ON CONFLICT (customer_id) DO UPDATE SET values = excluded.values, updated_at = excluded.updated_at
    RETURNING customer_id
"""


class Columns(Mapping[str, Column]):
    """What the fields are when they are asked for: they come and go while the product runs."""

    def __getitem__(self, name: str) -> Column:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Column]:
        return {PREFIX + one.key: FieldColumn(one) for one in definitions.current()}


class FieldColumn(Column):
    """A custom field in a file, coming and going: what is written is read back as the same value."""

    def __init__(self, definition: Definition) -> None:
        titles = "|".join(word.replace("|", " ") for word in (*definition.labels, definition.key))
        super().__init__(definition.label, partial(_cell, definition), titles, hint=definition.hint)
        self.definition = definition

    def get_value(self, instance: Customer, **kwargs: Any) -> str:
        value = value_of(self.definition, instance)
        if self.definition.kind in CHOSEN:
            return shown(self.definition, value)
        return written(self.definition, value)


def register() -> None:
    resources.register_source(exported, related="custom")
    tables = (
        Watched("customers_customer", ("updated_at",), "id = ANY(%s)", locks=True),
        Watched(TABLE, ("values", "updated_at"), key="customer_id"),
    )
    made = extras.Extra(FAMILY, Columns(), apply, tables=tables, takes_policy=True, may=may_write)
    extras.register(made)


def may_write(user: User, name: str) -> bool:
    return any(PREFIX + one.key == name for one in definitions.edited_by(user))


def exported(user: User) -> dict[str, Column]:
    return {PREFIX + one.key: FieldColumn(one) for one in definitions.seen_by(user)}


def apply(cursor: CursorWrapper, table: str, job: ImportJob) -> set[int]:
    """Returns the customers for whom something is different now."""
    used = [one for one in definitions.current() if PREFIX + one.key in job.mapping]
    pairs = ", ".join(f"'{one.key}', {_said(one, job)}" for one in used)
    parameters: dict[str, str | int | datetime] = {
        "family": FAMILY,
        "source": Change.Source.IMPORT.value,
        "by": job.created_by_id,
        "since": job.started_at or job.created_at,
    }
    written_by = WRITE.format(pairs=pairs, table=table, stored=TABLE, moment=extras.MOMENT)
    cursor.execute(written_by, parameters)
    changed = {pk for (pk,) in cursor.fetchall()}
    if any(one.is_searchable or is_number(one) for one in used):
        index(changed)
    return changed


def _said(definition: Definition, job: ImportJob) -> str:
    name = f'"{PREFIX}{definition.key}"'
    json = AS_JSON.get(definition.kind, "to_jsonb({name})").format(name=name)
    policy = WANTED[Policy(job.policy_of(PREFIX + definition.key))]
    wanted = policy.format(key=definition.key, field=f"{FAMILY}.{definition.key}")
    return SAID.format(json=json, name=name, wanted=wanted)


def _cell(definition: Definition, text: str) -> str:
    """Checked, and as text again: chunks travel to the database as text."""
    return written(definition, read(definition, text))
