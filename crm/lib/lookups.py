"""Conditions that Django has no words for."""

from typing import Any

from django.db.models import BigAutoField, Lookup
from django.db.models.sql.compiler import SQLCompiler


@BigAutoField.register_lookup
class AnyOf(Lookup[int]):
    """`pk__any_of=ArraySubquery(…)`: PostgreSQL runs the subquery once and then uses the index.

    An ordinary `pk__in=…` inside an OR is asked for every row of the table instead.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        key, key_parameters = self.process_lhs(compiler, connection)
        array, parameters = self.process_rhs(compiler, connection)
        return f"{key} = ANY({array})", (*key_parameters, *parameters)
