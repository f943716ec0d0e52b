"""Which variant wins a test, and what then happens to those who wait for it.

The test's own people decide, by the share that opened, clicked or ordered. With equal shares, or where nobody
did anything, the variant with the smaller number wins.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now
from django.utils import timezone

from channels.campaigns import arms, locks, measuring
from channels.campaigns.models import Campaign, Delivery, Outcome
from crm.audit import services as audit

CHUNK = 10_000
# What counts as a success, and out of how many. Orders count whether or not the message arrived.
HITS = {
    Campaign.Metric.OPENS: ("opened", "sent"),
    Campaign.Metric.CLICKS: ("clicked", "sent"),
    Campaign.Metric.ORDERS: ("buyers", "members"),
}

RELEASE = """
    UPDATE campaigns_delivery SET arm = %s, due_at = statement_timestamp() WHERE id IN (
        SELECT id FROM campaigns_delivery WHERE campaign_id = %s AND arm = 9 AND state = 'ready'
        LIMIT %s FOR UPDATE SKIP LOCKED)
"""


def due() -> "QuerySet[Campaign]":
    """Running campaigns whose test is over, or decided, while somebody still waits for its winner."""
    waiting = Delivery.objects.filter(campaign=OuterRef("pk"), arm=arms.WAITING, state=Delivery.State.READY)
    hours = ExpressionWrapper(F("test_hours") * Value(timedelta(hours=1)), output_field=DurationField())
    over = Q(planned_at__lte=Now() - hours)
    running = Campaign.objects.timely().filter(status=Campaign.Status.RUNNING, test_share__lt=100)
    return running.filter(~Q(winner=None) | over).filter(Exists(waiting))


def decide(campaign_pk: int) -> None:
    """Chooses the winner, unless somebody has, and lets those go who wait for it."""
    campaign = due().filter(pk=campaign_pk).first()
    if campaign is None:
        return
    if campaign.winner is None:
        measuring.measure(campaign_pk)
        _choose(campaign)
    while _release_chunk(campaign_pk):
        pass


def best(campaign: Campaign, outcomes: list[Outcome]) -> int:
    """The number of the variant with the highest share among the test's own people."""
    tested = sorted((one for one in outcomes if 0 < one.arm < arms.WAITING), key=lambda one: one.arm)
    return max(tested, key=lambda one: _share(one, campaign), default=Outcome.nothing(1)).arm


def hits(outcome: Outcome, metric: str) -> tuple[int, int]:
    """How many did what the metric asks for, and of how many."""
    done, of = HITS[Campaign.Metric(metric or Campaign.Metric.ORDERS)]
    return getattr(outcome, done), getattr(outcome, of)


def _share(outcome: Outcome, campaign: Campaign) -> float:
    done, of = hits(outcome, campaign.decide_by)
    return done / max(1, of)


@transaction.atomic
def _choose(campaign: Campaign) -> None:
    undecided = Campaign.objects.filter(pk=campaign.pk, status=Campaign.Status.RUNNING, winner=None)
    number = best(campaign, list(campaign.outcomes.all()))
    if undecided.update(winner=number, decided_at=timezone.now()):
        audit.record("campaign.decided", campaign, by=None, variant=number)


@transaction.atomic
def _release_chunk(campaign_pk: int) -> int:
    """How many may go now. A paused or cancelled campaign lets nobody go."""
    campaign = Campaign.objects.get(pk=campaign_pk)
    locks.share(campaign)
    campaign.refresh_from_db(fields=["status", "winner"])
    if campaign.status != Campaign.Status.RUNNING or campaign.winner is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [arms.AFTERWARDS + campaign.winner, campaign_pk, CHUNK])
        return int(cursor.rowcount)
