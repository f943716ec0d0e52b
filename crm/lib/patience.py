"""What the database expects of a question, an end to what takes it too long, patience while it is away."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

log = logging.getLogger(__name__)

# PostgreSQL's codes for a statement that ran out of time, and for a write where it only reads just now.
CANCELLED, READ_ONLY = "57014", "25006"
# Seconds: as long as a full disk may take to be noticed and mended.
LONG = 3600.0


class TooSlow(Exception):
    """A statement took longer than it may."""


def expected(rows: QuerySet[Any]) -> int:
    """How many rows there may be, from what is known of each column by itself. Reads none of them."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def will_pass(error: BaseException | None) -> bool:
    """Whether the database is away, has no room or only reads, so that the same may succeed later."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, Error) and getattr(error.__cause__, "pgcode", "") == READ_ONLY


def insist(write: Callable[[], object], what: str) -> None:
    """Has something written that nobody else knows, however often the database has to be asked.

    `write` is one transaction and may run again after it was committed. Within a transaction of the caller
    there is nothing to wait for: it is lost already.
    """
    deadline, wait = time.monotonic() + LONG, 0.05
    while True:
        try:
            write()
        except Error as error:
            if not will_pass(error) or time.monotonic() > deadline or connection.in_atomic_block:
                raise
            log.warning("The database takes nothing in; writing again: %s", what)
            connection.close()
            time.sleep(wait)
            wait = min(2.0, wait * 2)
        else:
            return


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
