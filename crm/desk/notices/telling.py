"""Turns timeline entries into notices, in SQL and in any number at once.

Entries that a colleague or a service writes are told of in the same transaction, through the signal. Bulk
writers send none: a sweep looks what happened of late with the customers who are followed. Both may tell of
the same entry, and the unique constraint makes that one notice.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from crm.accounts.models import User
from crm.desk.notices.models import Notice
from customers.timeline.models import Entry

UNREAD = "notices:unread:%s"
MOST_COUNTED = 100
# How far back the sweep looks: an import of old orders is no news.
OF_LATE = "2 days"

INSERT = """
    INSERT INTO notices_notice (user_id, reason, customer_id, entry_id, created_at)
    SELECT told.user_id, told.reason, told.customer_id, told.entry_id, clock_timestamp() FROM ({told}) AS told
    JOIN accounts_user AS account ON account.id = told.user_id AND account.is_active
    LEFT JOIN notices_wishes AS wish ON wish.user_id = told.user_id
    WHERE coalesce(CASE told.reason WHEN 'mention' THEN wish.mentions WHEN 'assigned' THEN wish.assignments
        WHEN 'followed' THEN CASE WHEN told.kind LIKE 'customer.%%' THEN wish.changes ELSE wish.touches END
        END, true)
    ON CONFLICT (user_id, entry_id) DO NOTHING RETURNING user_id
"""
FOLLOWED = """
    SELECT follow.user_id, 'followed' AS reason, entry.customer_id, entry.id AS entry_id, entry.kind
    FROM notices_follow AS follow JOIN timeline_entry AS entry ON entry.customer_id = follow.customer_id
    WHERE entry.occurred_at >= follow.since AND entry.actor_id IS DISTINCT FROM follow.user_id
"""
NAMED = """
    SELECT user_id, reason, customer_id, entry_id, kind
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
        AS named(user_id, reason, customer_id, entry_id, kind)
"""


def on_recorded(sender: object, entries: Sequence[Entry], **_more: Any) -> None:
    """Those who are named come first: of two reasons for the same notice, theirs is shown."""
    named = [one for entry in entries for one in _named(entry)]
    if named:
        _insert(NAMED, [list(column) for column in zip(*named, strict=True)])
    _insert(f"{FOLLOWED} AND entry.id = ANY(%s)", [[entry.pk for entry in entries]])


def sweep() -> int:
    """Tells followers of what was written past the signal. How many notices that made."""
    now = "statement_timestamp()"
    late = f"AND entry.occurred_at BETWEEN {now} - interval '{OF_LATE}' AND {now}"
    return _insert(f"{FOLLOWED} {late}", [])


def unread(user: User) -> int:
    """How many notices wait, at most a hundred. Kept for a minute, because every page asks."""
    key = UNREAD % user.pk
    number: int | None = cache.get(key)
    if number is None:
        number = Notice.objects.visible_to(user).unread()[:MOST_COUNTED].count()
        cache.set(key, number, 60)
    return number


def forget(user_ids: Iterable[int]) -> None:
    """Their number of unread notices is counted anew."""
    keys = [UNREAD % user_id for user_id in set(user_ids)]
    transaction.on_commit(partial(cache.delete_many, keys))


def _named(entry: Entry) -> list[tuple[int, str, int, int, str]]:
    """Colleagues an entry itself names: the mentioned, the asked, answered and told ones, a new owner."""
    people = [(pk, Notice.Reason.MENTION.value) for pk, _name in entry.data.get("mentions", {}).values()]
    people += [(pk, Notice.Reason.ASKED.value) for pk in entry.data.get("asks", ())]
    people += [(pk, Notice.Reason.ANSWERED.value) for pk in entry.data.get("answers", ())]
    people += [(pk, Notice.Reason.TOLD.value) for pk in entry.data.get("tells", ())]
    if owner := _new_owner(entry):
        people.append((owner, Notice.Reason.ASSIGNED.value))
    return [
        (pk, reason, entry.customer_id, entry.pk, entry.kind) for pk, reason in people if pk != entry.actor_id
    ]


def _new_owner(entry: Entry) -> int | None:
    if entry.kind == "customer.assigned":
        owner: int | None = entry.data.get("owner")
        return owner
    return entry.customer.owner_id if "owner" in entry.data.get("changes", {}) else None


def _insert(told: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(INSERT.format(told=told), parameters)
        users = [user for (user,) in cursor.fetchall()]
    if users:
        forget(users)
    return len(users)
