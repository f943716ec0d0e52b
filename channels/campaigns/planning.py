"""Freezes a campaign's audience: one delivery row for everybody in the segment, also who gets nothing.

In chunks by customer number, each with its cursor in one transaction, so a crash costs a chunk and never
doubles a row. Sending begins when everybody has a row.
"""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from threading import Event
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.campaigns import arms, audience, books, choosing, ways
from channels.campaigns.finishing import stop_for
from channels.campaigns.models import Campaign, Delivery, Tally
from channels.consent.gate import ADDRESS_COLUMNS
from crm.lib.errors import Refused

CHUNK = 10_000
PRESENCE = timedelta(seconds=20)
SAME_ADDRESS, HELD_BACK = "same_address", "held_back"

INSERT = """
    WITH chosen(id, verdict, way, why) AS ({members}),
    hashed AS (SELECT id, verdict, way, why, md5(%s || ':' || id) AS hash FROM chosen),
    drawn AS (SELECT id, verdict, way, why, {arm} AS arm, {delay} AS delay FROM hashed),
    planned AS (
        INSERT INTO campaigns_delivery
            (campaign_id, customer_id, arm, way, why, state, reason,
             due_at, key, address, lease_token, attempts, provider_id)
        SELECT %s, id, arm, greatest(way, 1), why, CASE WHEN arm > 0 THEN 'ready' ELSE 'skipped' END,
               CASE WHEN arm IS NULL THEN verdict WHEN arm = 0 THEN %s ELSE '' END,
               statement_timestamp() + CASE WHEN arm = {waiting} THEN {far} ELSE delay END,
               gen_random_uuid(), '', '', 0, ''
        FROM drawn ORDER BY id ON CONFLICT DO NOTHING RETURNING reason)
    SELECT (SELECT max(id) FROM drawn),
           coalesce((SELECT json_object_agg(reason, n)
                     FROM (SELECT reason, count(*) AS n FROM planned GROUP BY reason) AS counted), '{{}}')
"""
# Whoever waits for a winner is due once there is one.
FAR = "interval '100 years'"

# A slow start: three times as many with each hour, who comes when being a lot of its own.
DELAY = f"""
    greatest(0, ceil(ln(greatest({arms.lot(3)} * 100.0, 0.001) / %s) / ln(3.0))) * interval '1 hour'
"""

# Of several customers with one address only the first counts, held back or not: a mailbox is one reader.
COLLAPSE = """
    WITH placed AS (
        SELECT delivery.id, delivery.reason, row_number() OVER (
            PARTITION BY lower(customer.{column}) ORDER BY delivery.customer_id) AS place
        FROM campaigns_delivery AS delivery
        JOIN customers_customer AS customer ON customer.id = delivery.customer_id
        WHERE delivery.campaign_id = %s AND delivery.way = %s AND delivery.arm IS NOT NULL),
    moved AS (
        UPDATE campaigns_delivery AS delivery SET state = 'skipped', reason = %s, arm = NULL
        FROM placed WHERE placed.id = delivery.id AND place > 1 RETURNING placed.reason)
    SELECT count(*), count(*) FILTER (WHERE reason = %s) FROM moved
"""


def materialise(campaign_pk: int, *, seconds: float = 45, stop: Event | None = None) -> None:
    """Plans chunk after chunk until everybody has a row, the campaign is stopped or the time is over."""
    until, halt = time.monotonic() + seconds, stop or Event()
    try:
        while time.monotonic() < until and not halt.is_set() and _plan_chunk(campaign_pk):
            pass
    except Refused as trouble:
        stop_for(campaign_pk, str(trouble))


@transaction.atomic
def _plan_chunk(campaign_pk: int) -> bool:
    """Whether there may be more to plan. Of several workers one plans, the others find the row locked."""
    campaign = (
        Campaign.objects.filter(pk=campaign_pk, status=Campaign.Status.MATERIALISING)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .select_related("segment", "channel", "launched_by")
        .first()
    )
    if campaign is None:
        return False
    if campaign.launched_by is None or not campaign.launched_by.may("campaign", "send"):
        raise Refused(_("Whoever launched this campaign may no longer send any."))
    last, reasons = _insert(campaign)
    if last is None:
        _finish(campaign)
        return False
    skipped = {(str(Tally.What.SKIPPED), reason): number for reason, number in reasons.items() if reason}
    books.count(campaign, skipped | {(Tally.What.PLANNED, ""): reasons.total()})
    Campaign.objects.filter(pk=campaign.pk).update(cursor=last, lease_until=Now() + PRESENCE)
    return True


def _insert(campaign: Campaign) -> tuple[int | None, Counter[str]]:
    """The last customer looked at and how many rows were added for which reason, the empty one being none."""
    try:
        chosen, params = _chosen(campaign)
    except EmptyResultSet:  # no condition of this rule can ever hold
        return None, Counter()
    sql = INSERT.format(members=chosen, arm=arms.CAST, delay=DELAY, waiting=arms.WAITING, far=FAR)
    variants = 1 + campaign.variants.count()
    shares = [campaign.holdout / 100, campaign.test_share / 100, variants, campaign.first_hour]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, str(campaign.salt), *shares, campaign.pk, HELD_BACK])
        last, reasons = cursor.fetchone()
    return last, Counter(reasons)


def _chosen(campaign: Campaign) -> tuple[str, Sequence[Any]]:
    """The next customers with what the gate says and the channel that was chosen for each."""
    over = ways.of(campaign)
    if choosing.is_plain(over):
        rows = audience.judged(campaign).filter(pk__gt=campaign.cursor).order_by("pk")
        sql, params = rows.values_list("pk", "verdict")[:CHUNK].query.sql_with_params()
        return f"SELECT judged.*, 1, '' FROM ({sql}) AS judged", params
    members = audience.members(campaign).filter(pk__gt=campaign.cursor).order_by("pk")[:CHUNK]
    return audience.asked(campaign, over).statement(members, "id, verdict, way, why")


def _finish(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        for way in ways.of(campaign):
            if column := ADDRESS_COLUMNS.get(way.channel.kind):
                cursor.execute(
                    COLLAPSE.format(column=column), [campaign.pk, way.place, SAME_ADDRESS, HELD_BACK]
                )
                moved, held_back = cursor.fetchone()
                skipped = str(Delivery.State.SKIPPED)
                books.count(campaign, {(skipped, SAME_ADDRESS): moved, (skipped, HELD_BACK): -held_back})
        # Without fresh figures the database may choose to read the whole table for each batch.
        cursor.execute("ANALYZE campaigns_delivery")
    Campaign.objects.filter(pk=campaign.pk).update(
        status=Campaign.Status.RUNNING, planned_at=timezone.now(), lease_until=None
    )
