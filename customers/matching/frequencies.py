"""How common names and addresses are: shares of the profiles that have any, kept by the newest run.

The row with an empty value is the share of what at most two have, so that a name nobody else has is rare. Of
handles only those are kept that too many carry, as column `hot_phone` and so on: the run left them empty.
"""

from collections.abc import Callable, Collection, Mapping

from django.db import connection

from crm.lib.copying import array

# Column and value of a record; None when nothing is known.
Frequency = Callable[[str, str], float | None]

ASKED = """
    SELECT f."column", f.value, f.share FROM unnest(%s::text[], %s::text[]) AS asked ("column", value)
    JOIN matching_frequency AS f ON f."column" = asked."column" AND f.value = asked.value
"""


def known(values: Collection[tuple[str, str]]) -> Frequency:
    """The shares of these values, by column and value."""
    if not values:
        return of({})
    asked = [*values, *{(column, "") for column, _value in values}]
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [array([one[0] for one in asked]), array([one[1] for one in asked])])
        return of({(column, value): share for column, value, share in cursor.fetchall()})


def of(shares: Mapping[tuple[str, str], float]) -> Frequency:
    def share(column: str, value: str) -> float | None:
        return shares.get((column, value), shares.get((column, "")))

    return share
