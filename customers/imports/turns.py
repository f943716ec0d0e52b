"""Whoever writes or takes back a chunk waits for the others: two at once would not see each other's rows."""

from django.db.backends.utils import CursorWrapper

TURN = 0x1E7_0B6
# The job's row says how far we are, so a lost commit is only done again. Bigger pages make fewer merges of
# the search index.
SETTINGS = """
    SET LOCAL synchronous_commit = off;
    SET LOCAL work_mem = '64MB';
    SET LOCAL gin_pending_list_limit = '32MB';
"""


def take_turn(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [TURN])
