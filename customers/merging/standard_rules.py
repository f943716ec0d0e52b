"""The rules for tables below merging: who may see a customer, search words, sums, matching."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from customers.identity.indexing import index
from customers.matching import queue
from customers.merging.rules import Joining, Parting, Rule, register
from customers.merging.tables import between
from customers.models import Share
from customers.orders import rollups

STAGE = """
    DROP TABLE IF EXISTS merging_concerned;
    CREATE TEMPORARY TABLE merging_concerned ON COMMIT DROP AS SELECT unnest(%s::bigint[]) AS customer_id
"""
FOLLOW_PROFILES = """
    UPDATE matching_record AS record SET customer_id = profile.customer_id FROM identity_profile AS profile
    WHERE profile.id = record.profile_id AND profile.customer_id = ANY(%s)
        AND record.customer_id <> profile.customer_id
"""


def register_all() -> None:
    register(Rule("customers.share", join=share, part=unshare))
    register(Rule("customers.searchdocument", moves=False, refresh=index))
    register(Rule("orders.rollup", moves=False, refresh=add_up))
    # Only ever added to: what was changed about the absorbed customer stays in its own history.
    register(Rule("record.change", moves=False))
    register(Rule("matching.record", moves=False, refresh=follow_profiles))
    register(Rule("matching.stale", moves=False, refresh=queue.mark))
    # Questions about the absorbed customer are asked anew about the survivor.
    register(Rule("matching.pair", moves=False))
    register(Rule("merging.merge", moves=False))
    register(Rule("merging.apart", movable=between("one", "other"), is_listed=False))


def share(joining: Joining) -> list[Any]:
    """Whoever worked on one of the two works on both: the wider share wins, the other owner keeps one."""
    survivor, absorbed = joining.survivor, joining.absorbed
    stayed = Share.objects.filter(customer=absorbed, level=Share.Level.EDIT).values("user")
    narrow = Share.objects.filter(customer=survivor, level=Share.Level.VIEW, user__in=stayed)
    widened = list(narrow.values_list("pk", flat=True))
    Share.objects.filter(pk__in=widened).update(level=Share.Level.EDIT)
    owners = {absorbed.owner_id, joining.merge.before.get("owner")} - {None, survivor.owner_id}
    known = set(Share.objects.filter(customer=survivor).values_list("user", flat=True))
    given = Share.objects.bulk_create(
        Share(customer=survivor, user_id=owner, level=Share.Level.EDIT) for owner in sorted(owners - known)
    )
    return [{"widened": widened, "given": [one.pk for one in given]}] if widened or given else []


def unshare(parting: Parting) -> None:
    for kept in parting.rows:
        Share.objects.filter(pk__in=kept["widened"], level=Share.Level.EDIT).update(level=Share.Level.VIEW)
        Share.objects.filter(pk__in=kept["given"]).delete()


def add_up(customer_ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STAGE, [list(customer_ids)])
        rollups.refresh(cursor, "merging_concerned")


def follow_profiles(customer_ids: Collection[int]) -> None:
    """Standard forms belong to their profile and go where it goes, also those written since."""
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW_PROFILES, [list(customer_ids)])
