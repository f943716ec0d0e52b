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
EXPRESSIONS = {"city": "city", "tags": "unnest(tags)"}


def frequent(column: str, user: User) -> list[str]:
    """The words of "city" or "tags" in a sample of the base.

    What many customers share is the company's vocabulary. What only a few have may tell something about them,
    so it is shown only to those who see every customer.
    """
    found = kept(f"facets:{column}", KEPT_SECONDS, lambda: _count(EXPRESSIONS[column]))
    least = 1 if user.scope("customer", "view") is Scope.ALL else FEW
    return [word for word, number in found if number >= least]


def _count(expression: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(100, 100.0 * %s * 8192 / greatest(1, pg_relation_size('customers_customer')))",
            [SAMPLED_PAGES],
        )
        share = float(cursor.fetchone()[0])
        cursor.execute(
            f"SELECT word, count(*) FROM (SELECT {expression} AS word"
            " FROM customers_customer TABLESAMPLE SYSTEM (%s) REPEATABLE (1) WHERE deleted_at IS NULL) words"
            " WHERE word <> '' GROUP BY word ORDER BY count(*) DESC, word LIMIT %s",
            [share, SHOWN],
        )
        return list(cursor.fetchall())
