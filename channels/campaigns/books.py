"""What is written down about deliveries, in batches: intent before the provider is called, outcome after.

Set-based SQL on purpose: a round trip per recipient would cost more than sending the message.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from channels.campaigns import ways
from channels.campaigns.models import Campaign, Delivery
from crm.lib.arrays import array

LEASE = timedelta(seconds=120)
# A key that is repeated must reach its provider well before that forgets it, whatever our clocks say.
MARGIN = timedelta(minutes=10)
# A reason is "what: in whose words"; what is counted is the first part.
FAMILY = ": "
# Why a delivery is unknown whose worker never came back.
LOST = "lost"


@dataclass(frozen=True)
class Waiting:
    """A delivery nobody else can touch until this transaction ends."""

    pk: int
    customer: int
    key: UUID
    attempts: int
    due_at: datetime
    # Set when an earlier try may have reached the customer.
    sent_at: datetime | None
    arm: int | None = None


@dataclass(frozen=True)
class Plan:
    """What becomes of a waiting delivery now."""

    pk: int
    state: str
    reason: str = ""
    address: str = ""
    due_at: datetime | None = None
    # Left as they are where nothing is said.
    way: int | None = None
    why: str | None = None
    parts: int | None = None


@dataclass(frozen=True)
class Result:
    """What became of a delivery that was handed over, or was about to be."""

    pk: int
    customer: int
    state: str
    reason: str = ""
    provider_id: str = ""
    # Seconds until the next try.
    wait: float = 0
    # Not even tried: the attempt is given back.
    untouched: bool = False
    # Provably not sent, now or before: the place under the contact cap is given back.
    unsent: bool = False
    # The address itself is of no use.
    is_dead: bool = False
    subject: str = ""


TAKE = """
    SELECT id, customer_id, key, attempts, due_at, sent_at, arm FROM campaigns_delivery
    WHERE campaign_id = %s AND way = %s AND state = 'ready'
      AND due_at <= statement_timestamp() AND due_at >= %s
      AND EXISTS (SELECT 1 FROM campaigns_campaign AS campaign
                  JOIN channels_channel AS channel ON channel.id = %s
                  WHERE campaign.id = %s AND campaign.status = 'running' AND channel.enabled
                    AND (campaign.expires_at IS NULL OR campaign.expires_at > statement_timestamp()))
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
"""

PLAN = """
    UPDATE campaigns_delivery AS delivery SET
        state = plan.state, reason = plan.reason, address = plan.address,
        due_at = coalesce(plan.due_at, delivery.due_at),
        way = coalesce(plan.way, delivery.way), why = coalesce(plan.why, delivery.why),
        parts = coalesce(plan.parts, delivery.parts),
        attempts = delivery.attempts + (plan.state = 'dispatching')::int,
        sent_at = CASE WHEN plan.state = 'dispatching' THEN coalesce(delivery.sent_at, clock_timestamp())
                  ELSE delivery.sent_at END,
        lease_token = CASE WHEN plan.state = 'dispatching' THEN %s ELSE '' END,
        lease_until = CASE WHEN plan.state = 'dispatching'
                      THEN clock_timestamp() + %s * interval '1 second' END
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
                %s::smallint[], %s::text[], %s::smallint[])
        AS plan(id, state, reason, address, due_at, way, why, parts)
    WHERE delivery.id = plan.id
"""

SETTLE = """
    UPDATE campaigns_delivery AS delivery SET
        state = told.state, reason = told.reason, provider_id = told.provider_id,
        due_at = CASE WHEN told.state = 'ready'
                 THEN clock_timestamp() + told.wait * interval '1 second' ELSE delivery.due_at END,
        attempts = delivery.attempts - told.untouched::int,
        sent_at = CASE WHEN told.unsent THEN NULL ELSE delivery.sent_at END,
        lease_token = '', lease_until = NULL
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::float8[], %s::bool[], %s::bool[])
        AS told(id, state, reason, provider_id, wait, untouched, unsent)
    WHERE delivery.id = told.id AND delivery.lease_token = %s AND delivery.state = %s
    RETURNING delivery.id
"""

# Nobody's last activity moves: what is sent to many says nothing about one of them (decision 0060).
TELL = """
    INSERT INTO timeline_entry
        (customer_id, kind, channel, direction, occurred_at, summary, body, source, source_id, data)
    SELECT customer, 'campaign.sent', %s, 'out', %s, left(subject, 300), '', 'campaign', id::text, %s::jsonb
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS sent(id, customer, subject)
    ON CONFLICT (source, source_id) DO NOTHING
"""

COUNT = """
    INSERT INTO campaigns_tally (campaign_id, way, what, reason, count)
    SELECT %s, %s, what, reason, count FROM unnest(%s::text[], %s::text[], %s::bigint[])
        AS more(what, reason, count) ORDER BY what, reason
    ON CONFLICT (campaign_id, what, reason, way) DO UPDATE SET count = campaigns_tally.count + excluded.count
"""

REAP = """
    UPDATE campaigns_delivery SET lease_until = NULL,
        state = CASE WHEN sent_at > %s THEN 'ready' ELSE 'unknown' END,
        lease_token = CASE WHEN sent_at > %s THEN '' ELSE lease_token END,
        reason = CASE WHEN sent_at > %s THEN '' ELSE %s END
    WHERE campaign_id = %s AND way = %s AND state = 'dispatching' AND lease_until < statement_timestamp()
      AND NOT EXISTS (SELECT 1 FROM campaigns_waybill WHERE token = lease_token)
    RETURNING state
"""


def take(campaign: Campaign, number: int, since: datetime) -> list[Waiting]:
    """Up to so many due deliveries of a running campaign, locked until this transaction ends.

    Those that others hold are passed over.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [campaign.pk, campaign.place, since, campaign.channel_id, campaign.pk, number])
        return [Waiting(*row) for row in cursor.fetchall()]


def record_plans(campaign: Campaign, token: str, plans: Sequence[Plan]) -> None:
    """Writes the plans. Once this is committed, whatever is dispatching may reach its customer."""
    columns = [[getattr(plan, name) for plan in plans] for name in Plan.__dataclass_fields__]
    with connection.cursor() as cursor:
        cursor.execute(PLAN, [token, LEASE.total_seconds(), array(columns[0]), *columns[1:]])
    ended = (plan for plan in plans if plan.state not in (Delivery.State.READY, Delivery.State.DISPATCHING))
    count(campaign, Counter((plan.state, plan.reason) for plan in ended))


def record_results(campaign: Campaign, token: str, results: Sequence[Result], at: datetime) -> None:
    """Writes the outcomes of deliveries this token still stands for, in a transaction of the caller."""
    settled = _settle(token, results, Delivery.State.DISPATCHING)
    late: set[int] = set()
    if len(settled) < len(results):
        # Somebody took us for dead and wrote "unknown"; now it is known.
        late = _settle(token, [one for one in results if one.pk not in settled], Delivery.State.UNKNOWN)
    ours = [one for one in results if one.pk in settled or one.pk in late]
    sent = [one for one in ours if one.state == Delivery.State.ACCEPTED]
    if sent:
        _tell(campaign, sent, at)
    counts = Counter((one.state, family(one.reason)) for one in ours if one.state != Delivery.State.READY)
    if late:
        counts[Delivery.State.UNKNOWN, LOST] -= len(late)
    count(campaign, counts)


def reap(campaign: Campaign, repeatable_since: datetime) -> int:
    """Decides about deliveries whose worker died while the provider had them; how many there were.

    Whatever has a waybill is not among them: more is known of that.
    What was first handed over after `repeatable_since` goes again: its provider still knows the key.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        since = repeatable_since
        cursor.execute(REAP, [since, since, since, LOST, campaign.pk, campaign.place])
        states = Counter(state for (state,) in cursor.fetchall())
        count(campaign, {(Delivery.State.UNKNOWN, LOST): states[Delivery.State.UNKNOWN]})
    return states.total()


def prove_sent(delivery: Delivery) -> None:
    """Something came back that only the customer can have sent: it arrived, whatever was written down."""
    with transaction.atomic():
        doubted = Q(state=Delivery.State.UNKNOWN) | Q(state=Delivery.State.READY, sent_at__isnull=False)
        row = Delivery.objects.select_for_update(no_key=True).filter(doubted, pk=delivery.pk).first()
        if row is None:
            return
        counts = Counter({(str(Delivery.State.ACCEPTED), ""): 1})
        if row.state == Delivery.State.UNKNOWN:
            counts[row.state, family(row.reason)] = -1
        Delivery.objects.filter(pk=row.pk).update(state=Delivery.State.ACCEPTED, reason="", lease_token="")
        subject = delivery.campaign.subject or delivery.campaign.name
        proof = Result(row.pk, row.customer_id, Delivery.State.ACCEPTED, subject=subject)
        carried = ways.carried(delivery.campaign, ways.of_delivery(delivery))
        _tell(carried, [proof], row.sent_at or timezone.now())
        count(carried, counts)


def count(campaign: Campaign, counts: Mapping[tuple[str, str], int]) -> None:
    """Adds to the tally, in the caller's transaction."""
    rows = [(what, reason[:60], number) for (what, reason), number in counts.items() if number]
    if not rows:
        return
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [campaign.pk, campaign.place, *columns])


def family(reason: str) -> str:
    return reason.partition(FAMILY)[0]


def _settle(token: str, results: Collection[Result], state: str) -> set[int]:
    texts = [
        [result.state for result in results],
        [result.reason[:200] for result in results],
        [result.provider_id for result in results],
    ]
    others = [array(getattr(result, name) for result in results) for name in ("wait", "untouched", "unsent")]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [array(result.pk for result in results), *texts, *others, token, state])
        return {pk for (pk,) in cursor.fetchall()}


def _tell(campaign: Campaign, sent: Sequence[Result], at: datetime) -> None:
    customers = array(one.customer for one in sent)
    data, subjects = json.dumps({"campaign": campaign.pk}), [one.subject for one in sent]
    deliveries = array(one.pk for one in sent)
    with connection.cursor() as cursor:
        cursor.execute(TELL, [campaign.channel.kind, at, data, deliveries, customers, subjects])
