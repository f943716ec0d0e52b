"""What the database expects of a question, and an end to what takes it too long."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

# PostgreSQL's code for a statement that ran out of time.
CANCELLED = "57014"


class TooSlow(Exception):
    """A statement took longer than it may."""


def expected(rows: QuerySet[Any]) -> int:
    """How many rows there may be, from what is known of each column by itself. Reads none of them."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


@contextmanager
def at_most(milliseconds: int) -> Iterator[None]:
    """No statement inside runs longer. Raises TooSlow, with the transaction as it was before."""
    try:
        with transaction.atomic():
            before = _allow(str(milliseconds))
            yield
            # Asked before the COMMIT: time that ran out with the last row is told to whoever asks next, and a
            # COMMIT that is told leaves the connection in a broken transaction.
            _allow(before)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != CANCELLED:
            raise
        raise TooSlow from error


def _allow(time: str) -> str:
    """Until the transaction ends. Tells what was allowed before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)", [time]
        )
        return str(cursor.fetchone()[0])
