"""What a campaign's pages show: how far it is, who was left out, what came of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.campaigns import reasons, ways
from channels.campaigns.models import Campaign, Delivery, DeliveryEvent, Tally
from channels.models import Channel
from crm.lib import charts
from customers.orders.models import Order

What, Kind = Tally.What, DeliveryEvent.Kind
HOURLY, LONGEST_CHART = timedelta(hours=48), timedelta(days=30)


@dataclass(frozen=True)
class Why:
    """How many were left out or failed for one reason."""

    state: str
    reason: str
    label: str
    count: int


@dataclass(frozen=True)
class Progress:
    """The tallies of a campaign, added up."""

    planned: int
    sent: int
    left_out: int
    failed: int
    unknown: int
    opened: int
    clicked: int
    unsubscribed: int
    why: tuple[Why, ...]

    @property
    def ended(self) -> int:
        return self.sent + self.left_out + self.failed + self.unknown

    @property
    def waiting(self) -> int:
        return max(0, self.planned - self.ended)

    @property
    def part_done(self) -> float:
        return self.ended / self.planned if self.planned else 0

    @property
    def opened_share(self) -> float:
        return self.share(self.opened)

    @property
    def clicked_share(self) -> float:
        return self.share(self.clicked)

    def share(self, number: int) -> float:
        """Part of those who got it."""
        return number / self.sent if self.sent else 0


def progress_of(campaign: Campaign) -> Progress:
    rows = list(campaign.tallies.all())

    def total(what: str) -> int:
        return sum(row.count for row in rows if row.what == what)

    counted = Counter[tuple[str, str]]()
    for row in rows:
        if row.what in (What.SKIPPED, What.FAILED, What.UNKNOWN):
            counted[row.what, row.reason] += row.count
    why = [
        Why(what, reason, reasons.words(reason), count) for (what, reason), count in counted.items() if count
    ]
    return Progress(
        planned=total(What.PLANNED),
        sent=total(What.ACCEPTED),
        left_out=total(What.SKIPPED),
        failed=total(What.FAILED),
        unknown=total(What.UNKNOWN),
        opened=total(What.OPENED),
        clicked=total(What.CLICKED),
        unsubscribed=total(What.UNSUBSCRIBED),
        why=tuple(sorted(why, key=lambda one: -one.count)),
    )


@dataclass(frozen=True)
class Lane:
    """How far one channel of a campaign is."""

    place: int
    channel: Channel
    dispatching: int
    sent: int
    failed: int
    unknown: int


def lanes(campaign: Campaign) -> list[Lane]:
    """One for each channel, where there are several."""
    over = ways.of(campaign)
    if len(over) == 1:
        return []
    rows = list(campaign.tallies.all())
    held = Delivery.objects.filter(campaign=campaign, state=Delivery.State.DISPATCHING)
    on_it = dict(held.order_by().values_list("way").annotate(Count("pk")))

    def total(place: int, what: str) -> int:
        return sum(row.count for row in rows if row.way == place and row.what == what)

    return [
        Lane(
            way.place,
            way.channel,
            on_it.get(way.place, 0),
            *(total(way.place, what) for what in (What.ACCEPTED, What.FAILED, What.UNKNOWN)),
        )
        for way in over
    ]


def funnel(progress: Progress, links: Mapping[str, str]) -> charts.Chart:
    """From plan to click; `links` lead from a state to its deliveries."""
    return charts.funnel(
        _("From plan to click"),
        [
            charts.Part(_("Planned"), progress.planned, url=links[""]),
            charts.Part(pgettext("number of messages", "Sent"), progress.sent, url=links[What.ACCEPTED]),
            charts.Part(_("Opened"), progress.opened, url=links[What.OPENED]),
            charts.Part(_("Clicked"), progress.clicked, url=links[What.CLICKED]),
        ],
    )


def tabs(progress: Progress) -> list[tuple[str, str, int]]:
    """The states one may look at, each with its name and how many deliveries are in it."""
    return [
        ("", pgettext("deliveries", "All"), progress.planned),
        (Delivery.State.READY.value, str(Delivery.State.READY.label), progress.waiting),
        (Delivery.State.ACCEPTED.value, str(Delivery.State.ACCEPTED.label), progress.sent),
        ("opened", _("Opened"), progress.opened),
        ("clicked", _("Clicked"), progress.clicked),
        ("unsubscribed", _("Unsubscribed"), progress.unsubscribed),
        (Delivery.State.SKIPPED.value, str(Delivery.State.SKIPPED.label), progress.left_out),
        (Delivery.State.FAILED.value, str(Delivery.State.FAILED.label), progress.failed),
        (Delivery.State.UNKNOWN.value, str(Delivery.State.UNKNOWN.label), progress.unknown),
    ]


def engagement(campaign: Campaign) -> charts.Chart:
    """Opens and clicks by people, by hour in the first two days and by day after that."""
    if campaign.launched_at is None:
        return charts.line(_("Opens and clicks"), [], [])
    end = min(timezone.now(), campaign.launched_at + LONGEST_CHART)
    hourly = end - campaign.launched_at <= HOURLY
    cut, step = (TruncHour, timedelta(hours=1)) if hourly else (TruncDay, timedelta(days=1))
    events = DeliveryEvent.objects.filter(
        campaign=campaign, kind__in=[Kind.OPEN, Kind.CLICK], at__lte=end, automatic=False
    )
    rows = events.values_list("kind", cut("at")).annotate(Count("pk"))
    counts = {(kind, timezone.localtime(slot)): number for kind, slot, number in rows}
    start = timezone.localtime(campaign.launched_at).replace(minute=0, second=0, microsecond=0)
    slots = _slots(start if hourly else start.replace(hour=0), end, step)
    return charts.line(
        _("Opens and clicks"),
        [date_format(slot, "H:i" if hourly else "n/j") for slot in slots],
        [
            charts.Series(_("Opened"), [counts.get((Kind.OPEN, slot), 0) for slot in slots], 1),
            charts.Series(_("Clicked"), [counts.get((Kind.CLICK, slot), 0) for slot in slots], 2),
        ],
    )


def link_clicks(campaign: Campaign) -> list[tuple[str, int]]:
    """How many people followed each address of the text."""
    by_person = Q(kind=Kind.CLICK, automatic=False)
    clicks = campaign.events.filter(by_person).values_list("link").annotate(Count("delivery", distinct=True))
    counts = dict(clicks.order_by())
    return [(link.url, counts.get(link.pk, 0)) for link in campaign.links.all()]


def _slots(start: datetime, end: datetime, step: timedelta) -> list[datetime]:
    slots = [start]
    while slots[-1] + step <= end:
        slots.append(slots[-1] + step)
    return slots


@dataclass(frozen=True)
class Sales:
    """Orders of people who got the message, within the campaign's days after it. Not a proof of anything."""

    customers: int
    orders: int
    money: Decimal


def sales_of(campaign: Campaign) -> Sales:
    sent = campaign.launched_at
    if sent is None:
        return Sales(0, 0, Decimal(0))
    window = timedelta(days=campaign.conversion_days)
    orders = Order.objects.counted().filter(
        placed_at__gte=sent,
        currency=settings.DEFAULT_CURRENCY,
        customer__deliveries__campaign=campaign,
        customer__deliveries__state=Delivery.State.ACCEPTED,
        customer__deliveries__sent_at__lte=F("placed_at"),
        customer__deliveries__sent_at__gt=F("placed_at") - window,
    )
    if campaign.finished_at:
        orders = orders.filter(placed_at__lt=campaign.finished_at + window)
    found = orders.aggregate(
        customers=Count("customer", distinct=True), orders=Count("pk"), money=Sum(F("amount") - F("refunded"))
    )
    return Sales(found["customers"], found["orders"], found["money"] or Decimal(0))
