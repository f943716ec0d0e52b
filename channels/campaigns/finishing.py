"""How campaigns end, and what a crash left behind."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from channels import services as channels
from channels.campaigns import books, deciding, locks, waybills, ways
from channels.campaigns.models import Campaign, Delivery, Way
from channels.connectors.base import Idempotency
from channels.connectors.registry import NoSuchConnector
from crm.audit import services as audit

CHUNK = 10_000
CANCELLED, EXPIRED = "cancelled", "expired"
# How long a campaign is not looked at again after a worker was sent to it.
GRACE = timedelta(seconds=15)
# A worker that was stopped for so long may still come back and say that it sent nothing.
REVOCABLE = timedelta(days=7)
SWEEPER = 0x73776565

Status = Campaign.Status

# Whoever may have got an earlier try was not left out.
CLOSE = """
    UPDATE campaigns_delivery SET reason = %s,
        state = CASE WHEN sent_at IS NULL THEN 'skipped' ELSE 'unknown' END
    WHERE id IN (
        SELECT id FROM campaigns_delivery WHERE campaign_id = %s AND state = 'ready'
        LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING way, state
"""


class Step(StrEnum):
    """What a campaign needs next."""

    START = "start"
    PLAN = "plan"
    SEND = "send"
    DECIDE = "decide"
    CLOSE = "close"


def next_step(campaign_pk: int) -> Step | None:
    """None when there is nothing to do now."""
    return next((step for step, pk in _steps(Q(pk=campaign_pk)) if pk == campaign_pk), None)


@transaction.atomic
def sweep() -> list[tuple[Step, int]]:
    """Decides about what dead workers left, ends what is over, and names the campaigns that need a worker."""
    if not _is_the_only_sweeper():
        return []
    reap()
    _reopen()
    for pk in Campaign.objects.filter(status=Status.RUNNING).left_alone().values_list("pk", flat=True):
        finish(pk)
    found = _steps(Q(pk__in=Campaign.objects.left_alone().values("pk")))
    return [(step, pk) for step, pk in found if _claim(pk)]


def to_do() -> list[tuple[Step, int]]:
    """Everything that needs doing now, whoever else may be doing it."""
    return list(_steps(Q()))


def finish(campaign_pk: int) -> bool:
    """Ends the campaign if each of its deliveries has ended."""
    left = Delivery.objects.open().filter(campaign=OuterRef("pk"))
    running = Campaign.objects.filter(~Exists(left), pk=campaign_pk, status=Status.RUNNING)
    return bool(running.update(status=Status.DONE, finished_at=timezone.now(), lease_until=None))


def stop_for(campaign_pk: int, trouble: str) -> None:
    """Pauses a campaign that cannot go on until somebody mends it."""
    running = Campaign.objects.running().filter(pk=campaign_pk)
    if running.update(status=Status.PAUSED, trouble=trouble[:300]):
        audit.record("campaign.stopped", Campaign.objects.get(pk=campaign_pk), by=None)


def close(campaign_pk: int) -> None:
    """Names the end of deliveries that still waited when their campaign was cancelled or its time over."""
    campaign = Campaign.objects.get(pk=campaign_pk)
    if campaign.status != Status.CANCELLED and not _end_overdue(campaign):
        return
    reason = CANCELLED if campaign.status == Status.CANCELLED else EXPIRED
    while _close_chunk(campaign, reason):
        pass


@transaction.atomic
def start(campaign_pk: int) -> bool:
    """Begins a campaign whose time has come; whether it was this call that did."""
    scheduled = Campaign.objects.timely().filter(pk=campaign_pk, status=Status.SCHEDULED)
    due = scheduled.filter(starts_at__lte=Now())
    return bool(due.update(status=Status.MATERIALISING, launched_at=timezone.now()))


@transaction.atomic
def _end_overdue(campaign: Campaign) -> bool:
    """Whether its time is over. What never began is cancelled; what began ends with what is on its way."""
    locks.own(campaign)
    overdue = Campaign.objects.overdue().filter(pk=campaign.pk)
    if overdue.exclude(status=Status.RUNNING).update(
        status=Status.CANCELLED,
        finished_at=timezone.now(),
        trouble=gettext("Its time was over before it began."),
    ):
        campaign.refresh_from_db()
        audit.record("campaign.expired", campaign, by=None)
        return True
    return overdue.exists()


def reap() -> int:
    """Decides about deliveries whose worker died with them at the provider; how many there were."""
    held = Delivery.objects.filter(state=Delivery.State.DISPATCHING, lease_until__lt=Now())
    left = Campaign.objects.filter(pk__in=held.values("campaign")).select_related("channel")
    seen = [ways.carried(campaign, way) for campaign in left for way in ways.of(campaign)]
    known = sum(waybills.take_over(campaign) for campaign in seen)
    return known + sum(books.reap(campaign, timezone.now() - _memory_of(campaign)) for campaign in seen)


def _reopen() -> None:
    """Goes on with campaigns that were done until a worker we took for dead gave rows back."""
    waiting = Delivery.objects.filter(campaign=OuterRef("pk"), state=Delivery.State.READY)
    done = Campaign.objects.filter(Exists(waiting), status=Status.DONE, finished_at__gt=Now() - REVOCABLE)
    done.update(status=Status.RUNNING, finished_at=None)


def _steps(which: Q) -> Iterator[tuple[Step, int]]:
    campaigns = Campaign.objects.filter(which)
    waiting = Delivery.objects.filter(campaign=OuterRef("pk"), state=Delivery.State.READY)
    for step, rows in (
        (Step.START, campaigns.timely().filter(status=Status.SCHEDULED, starts_at__lte=Now())),
        (Step.PLAN, campaigns.timely().filter(status=Status.MATERIALISING)),
        (Step.SEND, campaigns.sending().filter(_due())),
        (Step.DECIDE, deciding.due().filter(which)),
        (Step.CLOSE, campaigns.filter(Exists(waiting), status=Status.CANCELLED)),
        (Step.CLOSE, campaigns.overdue().filter(Q(Exists(waiting)) | ~Q(status=Status.RUNNING))),
    ):
        for pk in rows.order_by("launched_at", "pk").values_list("pk", flat=True):
            yield step, pk


def _due() -> Q:
    """Whether a message is due on a channel that is switched on, asked as an index knows it."""
    ready = Delivery.objects.filter(state=Delivery.State.READY, due_at__lte=Now())
    others = Way.objects.filter(
        Exists(ready.filter(campaign=OuterRef("campaign"), way=OuterRef("place"))),
        campaign=OuterRef("pk"),
        place__gt=1,
        channel__enabled=True,
    )
    own = Exists(ready.filter(campaign=OuterRef("pk"), way=1))
    return Q(own, channel__enabled=True) | Q(Exists(others))


def _claim(campaign_pk: int) -> bool:
    """So that the next sweep does not send another worker while the first is on its way."""
    free = Campaign.objects.left_alone().filter(pk=campaign_pk)
    return bool(free.update(lease_until=Now() + GRACE))


@transaction.atomic
def _close_chunk(campaign: Campaign, reason: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [reason, campaign.pk, CHUNK])
        ended = Counter((way, state) for way, state in cursor.fetchall())
    for way in ways.of(campaign):
        counts = {(state, reason): number for (place, state), number in ended.items() if place == way.place}
        books.count(ways.carried(campaign, way), counts)
    return ended.total()


def _memory_of(campaign: Campaign) -> timedelta:
    """For how long the campaign's provider surely recognises a key."""
    try:
        caps = channels.connector_of(campaign.channel).caps
    except NoSuchConnector:
        return timedelta()
    return caps.key_lifetime - books.MARGIN if caps.idempotency is Idempotency.KEY else timedelta()


def _is_the_only_sweeper() -> bool:
    """Two beats or two dispatchers at once do no harm, but one sweep is enough."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SWEEPER])
        (alone,) = cursor.fetchone()
    return bool(alone)
