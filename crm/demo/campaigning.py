"""One campaign that is over, one that was paused half-way and one still being written."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F

from channels import services as channels
from channels.campaigns import books, finishing, measuring, planning, services, ways
from channels.campaigns.books import Plan, Result
from channels.campaigns.models import Campaign, Delivery, DeliveryEvent, Tally, Variant
from channels.campaigns.sending import LONG_AGO
from channels.consent import gate
from channels.consent import services as consent
from channels.models import Channel
from crm.accounts.models import User
from crm.demo.dice import dice
from crm.demo.words.mailings import DRAFT, FINISHED, PAUSED, Mailing
from customers.models import Customer
from segments.models import Segment

BATCH = 5000
# With a tracked link in it, a text in Chinese is longer than one SMS.
TEXT_PARTS = {"sms": 3}
CLICKED = 0.11
HOURS_UNTIL_OPENED = 9.0
FAILED = 0.012
FAILURE = "recipient: 550 5.1.1"
# The other wording is opened more often.
LIVELIER = 1.35
Kind = DeliveryEvent.Kind
State = Delivery.State


class Echo(NamedTuple):
    """What comes back from a share of those who got the mail, so many hours after they opened it."""

    kind: Kind
    share: float
    after: float
    column: str
    what: Tally.What


# Whoever clicks has opened: the smaller shares are parts of the larger ones.
ECHOES = [
    Echo(Kind.OPEN, 0.42, 0, "opened_at", Tally.What.OPENED),
    Echo(Kind.CLICK, CLICKED, 0.05, "clicked_at", Tally.What.CLICKED),
    Echo(Kind.UNSUBSCRIBE, 0.006, 0.1, "unsubscribed_at", Tally.What.UNSUBSCRIBED),
]
# A mailing takes twenty minutes to go out.
SPREAD = (
    "UPDATE campaigns_delivery SET sent_at = %s + id %% 1200 * interval '1 second' WHERE campaign_id = %s"
)
MARK = """
    UPDATE campaigns_delivery AS delivery SET {column} = told.at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS told(id, at) WHERE delivery.id = told.id
"""


def run(segments: dict[str, Segment], *, seed: int, until: datetime, by: User) -> None:
    channel = next(one for one in channels.ensure_sandbox_channels() if one.kind == "email")
    create(DRAFT, segments, channel, by)
    finished = create(FINISHED, segments, channel, by)
    send(finished, until - timedelta(days=9, hours=3), by=by)
    finishing.finish(finished.pk)
    Campaign.objects.filter(pk=finished.pk).update(finished_at=F("launched_at") + timedelta(minutes=21))
    look_back(finished, seed, until)
    measuring.measure(finished.pk)
    paused = create(PAUSED, segments, channel, by)
    send(paused, until - timedelta(days=1, hours=5), by=by, share=0.5)
    # In a tiny company nobody may be new: then it is over before it can be paused.
    if Campaign.objects.running().filter(pk=paused.pk).exists():
        services.pause(paused, by=by)


def create(mailing: Mailing, segments: dict[str, Segment], channel: Channel, by: User) -> Campaign:
    campaign = Campaign.objects.create(
        name=mailing.name,
        segment=segments[mailing.segment],
        channel=channel,
        subject=mailing.subject,
        body=mailing.body,
        created_by=by,
        **mailing.proof,
    )
    if mailing.other_subject:
        services.keep_variant(campaign, Variant(subject=mailing.other_subject, body=mailing.body))
    return campaign


def send(campaign: Campaign, at: datetime, *, by: User, share: float = 1.0) -> None:
    """Plans the campaign and writes the books as if a provider had taken `share` of it at `at`."""
    services.launch(campaign, by=by)
    Campaign.objects.filter(pk=campaign.pk).update(created_at=at - timedelta(days=1), launched_at=at)
    planning.materialise(campaign.pk, seconds=3600)
    Campaign.objects.filter(pk=campaign.pk).update(planned_at=at)
    for way in ways.of(campaign):
        left = int(Delivery.objects.due().filter(campaign=campaign, way=way.place).count() * share)
        seen = ways.carried(campaign, way)
        while left > 0 and (done := _send_batch(seen, min(BATCH, left), at)):
            left -= done
    with connection.cursor() as cursor:
        cursor.execute(f"{SPREAD} AND sent_at IS NOT NULL", [at, campaign.pk])


@transaction.atomic
def _send_batch(campaign: Campaign, number: int, at: datetime) -> int:
    waiting, token = books.take(campaign, number, LONG_AGO), uuid4().hex
    found = Customer.objects.filter(pk__in=[one.customer for one in waiting])
    reached = gate.ADDRESS_COLUMNS.get(campaign.channel.kind)
    rows = found.values_list("pk", "name", reached or "name")
    # On WeChat nobody has an address that one could read.
    customers = {pk: (name, address if reached else "") for pk, name, address in rows}
    parts = 0 if campaign.channel.kind == "email" else TEXT_PARTS.get(campaign.channel.kind, 1)
    books.record_plans(
        campaign,
        token,
        [Plan(one.pk, State.DISPATCHING, address=customers[one.customer][1], parts=parts) for one in waiting],
    )
    results = [
        Result(one.pk, one.customer, State.FAILED, FAILURE, is_dead=True)
        if one.customer % 1000 < FAILED * 1000
        else Result(
            one.pk,
            one.customer,
            State.ACCEPTED,
            provider_id="250 OK",
            subject=campaign.subject.replace("{{ name }}", customers[one.customer][0]),
        )
        for one in waiting
    ]
    books.record_results(campaign, token, results, at)
    return len(waiting)


def look_back(campaign: Campaign, seed: int, until: datetime) -> None:
    """Opens, clicks and unsubscribes over the days since, most of them soon after."""
    rng = dice(seed, "opens")
    went = Delivery.objects.filter(campaign=campaign, state=State.ACCEPTED).order_by("customer")
    known = went.values_list("pk", "sent_at", "arm", "way")
    rows = [(pk, sent_at, arm, way) for pk, sent_at, arm, way in known if sent_at]
    chance, hours = rng.random(len(rows)), rng.exponential(HOURS_UNTIL_OPENED, len(rows))
    for echo in ECHOES:
        moments = [
            (pk, min(sent_at + timedelta(hours=later + echo.after), until))
            for (pk, sent_at, arm, way), roll, later in zip(
                rows, chance.tolist(), hours.tolist(), strict=True
            )
            # A text tells of being opened only by its links.
            if roll < (echo.share if way == 1 else min(echo.share, CLICKED)) * (LIVELIER if arm == 2 else 1)
        ]
        _note(campaign, echo, moments)
    for delivery in went.exclude(unsubscribed_at=None).select_related("customer", "campaign__channel"):
        consent.withdraw(
            delivery.customer,
            campaign.purpose,
            ways.channel_of(delivery).kind,
            source="unsubscribe link",
            at=delivery.unsubscribed_at,
            evidence={"delivery": delivery.key.hex},
        )


def _note(campaign: Campaign, echo: Echo, moments: list[tuple[int, datetime]]) -> None:
    link = campaign.links.first() if echo.kind == Kind.CLICK else None
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(delivery_id=pk, campaign=campaign, kind=echo.kind, at=at, link=link)
            for pk, at in moments
        ],
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        pks, times = [pk for pk, _at in moments], [at for _pk, at in moments]
        cursor.execute(MARK.format(column=echo.column), [pks, times])
    books.count(campaign, {(echo.what, ""): len(moments)})
