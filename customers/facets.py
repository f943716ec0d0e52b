"""The words that customers share, such as cities and tags, most frequent first."""

from django.db import connection

from crm.accounts.models import User
from crm.accounts.policy import Scope
from crm.lib.keeping import kept

# Enough pages of the table to know what is frequent; a small table is read as a whole.
SAMPLED_PAGES = 500
KEPT_SECONDS = 300
SHOWN = 40
# A word that fewer customers share is none of the vocabulary.
FEW = 5
SAMPLE = """
    WITH sampled AS MATERIALIZED (
        SELECT city, tags FROM customers_customer
        TABLESAMPLE SYSTEM (
            least(100, 100.0 * %s * 8192 / greatest(1, pg_relation_size('customers_customer')))
        ) REPEATABLE (1)
        WHERE deleted_at IS NULL
    )
    (SELECT 'city', city, count(*) FROM sampled WHERE city <> ''
     GROUP BY city ORDER BY count(*) DESC, city LIMIT %s)
    UNION ALL
    (SELECT 'tags', word, count(*) FROM (SELECT unnest(tags) AS word FROM sampled) words WHERE word <> ''
     GROUP BY word ORDER BY count(*) DESC, word LIMIT %s)
"""


def frequent(column: str, user: User) -> list[str]:
    """The words of "city" or "tags" in a sample of the base.

    What many customers share is the company's vocabulary. What only a few have may tell something about them,
    so it is shown only to those who see every customer.
    """
    found = kept("facets", KEPT_SECONDS, _count)[column]
    least = 1 if user.scope("customer", "view") is Scope.ALL else FEW
    return [word for word, number in found if number >= least]


def _count() -> dict[str, list[tuple[str, int]]]:
    """Of both at once: every list shows both, and one reading of the sample tells both."""
    found: dict[str, list[tuple[str, int]]] = {"city": [], "tags": []}
    with connection.cursor() as cursor:
        cursor.execute(SAMPLE, [SAMPLED_PAGES, SHOWN, SHOWN])
        for column, word, number in cursor.fetchall():
            found[column].append((word, number))
    return found
