"""What the arms of a campaign did and bought: counted in one statement, kept, counted again while it moves.

Everybody who could be reached when it was planned counts in the arm that the lot put them into, whether or
not the message arrived: whoever is compared must have been chosen by the lot alone. Orders count from the
moment the campaign was planned, in the company's currency, less what was given back.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from channels.campaigns.models import Campaign, Outcome, Way, WayOutcome
from crm.lib import locks
from customers.orders.models import Order

EVERY = timedelta(minutes=5)
# So long after its window a campaign is looked at once more: tills report late.
AFTERWARDS = timedelta(days=1)
LONGEST = timedelta(days=100)

COUNT = """
    INSERT INTO campaigns_outcome
        (campaign_id, arm, members, sent, opened, clicked, unsubscribed, buyers, orders, revenue, squares)
    WITH bought AS (
        SELECT customer_id, count(*) AS orders, sum(amount - refunded) AS spent
        FROM orders_order
        WHERE placed_at >= %(start)s AND placed_at < %(end)s AND currency = %(currency)s
          AND status <> ALL(%(void)s)
          AND customer_id IN (SELECT customer_id FROM campaigns_delivery
                              WHERE campaign_id = %(campaign)s AND arm IS NOT NULL)
        GROUP BY customer_id)
    SELECT %(campaign)s, delivery.arm, count(*), count(*) FILTER (WHERE state = 'accepted'),
           count(opened_at), count(clicked_at), count(unsubscribed_at), count(bought.customer_id),
           coalesce(sum(bought.orders), 0), coalesce(sum(spent), 0), coalesce(sum(spent::float8 ^ 2), 0)
    FROM campaigns_delivery AS delivery LEFT JOIN bought USING (customer_id)
    WHERE delivery.campaign_id = %(campaign)s AND delivery.arm IS NOT NULL
    GROUP BY delivery.arm
"""


# What went over each channel. A provider is paid for what it took, in as many messages as it counts.
COUNT_WAYS = """
    INSERT INTO campaigns_wayoutcome
        (campaign_id, way, sent, unknown, clicked, unsubscribed, buyers, revenue, messages, cost)
    WITH bought AS (
        SELECT customer_id, sum(amount - refunded) AS spent
        FROM orders_order
        WHERE placed_at >= %(start)s AND placed_at < %(end)s AND currency = %(currency)s
          AND status <> ALL(%(void)s)
          AND customer_id IN (SELECT customer_id FROM campaigns_delivery
                              WHERE campaign_id = %(campaign)s AND state = 'accepted')
        GROUP BY customer_id)
    SELECT %(campaign)s, way.place, count(*) FILTER (WHERE state = 'accepted'),
           count(*) FILTER (WHERE state = 'unknown'), count(clicked_at), count(unsubscribed_at),
           count(bought.customer_id) FILTER (WHERE state = 'accepted'),
           coalesce(sum(spent) FILTER (WHERE state = 'accepted'), 0),
           coalesce(sum(greatest(parts, 1)) FILTER (WHERE state = 'accepted'), 0),
           coalesce(sum(greatest(parts, 1)) FILTER (WHERE state = 'accepted'), 0) * way.cost
    FROM campaigns_way AS way
    LEFT JOIN campaigns_delivery AS delivery
        ON delivery.campaign_id = way.campaign_id AND delivery.way = way.place AND delivery.arm > 0
    LEFT JOIN bought USING (customer_id)
    WHERE way.campaign_id = %(campaign)s
    GROUP BY way.place, way.cost
"""


def sweep() -> None:
    """Counts the campaigns whose figures are old while they still move."""
    now = timezone.now()
    for campaign in Campaign.objects.filter(planned_at__gt=now - LONGEST):
        if is_due(campaign, now):
            measure(campaign.pk)


def is_due(campaign: Campaign, now: datetime) -> bool:
    """Whether its figures may have changed since they were counted, and were not counted just now."""
    if campaign.planned_at is None:
        return False
    if campaign.measured_at is None:
        return True
    settled = campaign.planned_at + timedelta(days=campaign.conversion_days) + AFTERWARDS
    return campaign.measured_at < min(settled, now - EVERY)


@transaction.atomic
def measure(campaign_pk: int) -> None:
    """Counts one campaign now. Doing it twice, or at once, changes nothing."""
    locks.hold([f"campaign-outcome:{campaign_pk}"])
    campaign = Campaign.objects.exclude(planned_at=None).filter(pk=campaign_pk).first()
    if campaign is None or campaign.planned_at is None:
        return
    now = timezone.now()
    for rows in (Outcome.objects, WayOutcome.objects):
        rows.filter(campaign=campaign).delete()
    asked: dict[str, Any] = {
        "campaign": campaign.pk,
        "start": campaign.planned_at,
        "end": min(now, campaign.planned_at + timedelta(days=campaign.conversion_days)),
        "currency": settings.DEFAULT_CURRENCY,
        "void": [Order.Status.CANCELLED, Order.Status.REFUNDED],
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, asked)
        # Of mails that cost nothing there is no more to tell.
        if Way.objects.filter(
            Q(place=2) | Q(cost__gt=0) | ~Q(channel__kind="email"), campaign=campaign
        ).exists():
            cursor.execute(COUNT_WAYS, asked)
    Campaign.objects.filter(pk=campaign.pk).update(measured_at=now)


def forget(campaign: Campaign) -> None:
    """Has it counted again."""
    Campaign.objects.filter(pk=campaign.pk).update(measured_at=None)
