"""Names to wait for: whoever works on the same name waits here until the other's transaction ends."""

from collections.abc import Iterable

from django.db import connection

HOLD = """
    SELECT pg_advisory_xact_lock(hashtextextended(name, 0))
    FROM (SELECT unnest(%s::text[]) AS name ORDER BY 1) AS names
"""


def hold(names: Iterable[str]) -> None:
    """In one order for everybody, so that two can never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [sorted(set(names))])
