"""How far a batch has got, so that a crash leaves no more unknown than its connector allows.

To claim many messages at once is cheap; that few of them may be out is what a crash asks for. So a batch is
handed over in stretches. Before each of them one small row says which messages may reach the provider from
now on, and what became of the stretch before. Who finds a dead worker's waybill settles what was told, gives
back what was never begun, and is left with one stretch of which nobody knows.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from channels.campaigns import books
from channels.campaigns.books import Result
from channels.campaigns.models import Campaign, Delivery
from channels.consent import suppression
from channels.consent.models import Suppression
from crm.lib.arrays import array

# `now()` is when the transaction began: whatever it hands over for the first time has a later `sent_at`.
OPEN = """
    INSERT INTO campaigns_waybill (token, number, begun, told, at) VALUES (%s, 0, %s::bigint[], '[]', now())
"""

# Whoever took the worker for dead has removed the first row: then nothing more of the batch may go.
GO_ON = """
    INSERT INTO campaigns_waybill (token, number, begun, told)
    SELECT token, %s, %s::bigint[], %s::jsonb FROM campaigns_waybill WHERE token = %s AND number = 0
    FOR KEY SHARE
"""

CLOSE = "DELETE FROM campaigns_waybill WHERE token = %s"

TAKE_OVER = """
    DELETE FROM campaigns_waybill WHERE token IN (
        SELECT lease_token FROM campaigns_delivery
        WHERE campaign_id = %s AND way = %s AND state = 'dispatching' AND lease_until < statement_timestamp())
    RETURNING token, number, begun, told, at
"""

# What was first claimed with this batch never reached anybody: its place under the contact cap is free again.
GIVE_BACK = """
    UPDATE campaigns_delivery SET
        state = 'ready', attempts = attempts - 1, lease_token = '', lease_until = NULL,
        sent_at = CASE WHEN sent_at < %s THEN sent_at END
    WHERE campaign_id = %s AND way = %s AND state = 'dispatching' AND lease_token = %s AND NOT id = ANY(%s)
"""


def begin(token: str, begun: Sequence[int]) -> None:
    """In the transaction that records the intent: of the whole batch only these may be out."""
    _execute(OPEN, token, array(begun))


def go_on(token: str, number: int, begun: Sequence[int], told: Sequence[Result]) -> bool:
    """Whether the next stretch may go; if so, it is on record together with what became of the one before."""
    # The values of a result in the order in which it is made.
    said = json.dumps([list(vars(result).values()) for result in told])
    return bool(_execute(GO_ON, number, array(begun), said, token))


def close(token: str) -> None:
    """In the transaction that settles the batch, before it: in the order of `take_over`."""
    _execute(CLOSE, token)


@transaction.atomic
def take_over(campaign: Campaign) -> int:
    """Settles what dead workers were told and gives back what they never began; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, [campaign.pk, campaign.place])
        rows = sorted(cursor.fetchall(), key=lambda row: row[:2])
    found = 0
    for token in dict.fromkeys(row[0] for row in rows):
        stretches = [row for row in rows if row[0] == token]
        told = [Result(*values) for row in stretches for values in json.loads(row[3])]
        books.record_results(campaign, token, told, timezone.now())
        _suppress_dead(campaign, told)
        begun, at = stretches[-1][2], stretches[0][4]
        found += len(told) + _execute(GIVE_BACK, at, campaign.pk, campaign.place, token, begun)
    return found


def _suppress_dead(campaign: Campaign, told: Sequence[Result]) -> None:
    dead = Delivery.objects.filter(pk__in=[one.pk for one in told if one.is_dead])
    if addresses := list(dead.values_list("address", flat=True)):
        suppression.suppress_all(campaign.channel.kind, addresses, Suppression.Reason.BOUNCE)


def _execute(sql: str, *params: Any) -> int:
    """How many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
