"""What a campaign's pages show: how far it is, who was left out, what came of it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from channels.campaigns import reasons
from channels.campaigns.models import Campaign, Delivery, Tally
from crm.lib import charts
from customers.orders.models import Order

What = Tally.What
# Orders this long after a message are put down to it.
WINDOW = timedelta(days=7)


@dataclass(frozen=True)
class Why:
    """How many were left out or failed for one reason."""

    state: str
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

    def share(self, number: int) -> float:
        """Part of those who got it."""
        return number / self.sent if self.sent else 0


def progress_of(campaign: Campaign) -> Progress:
    rows = list(campaign.tallies.all())

    def total(what: str) -> int:
        return sum(row.count for row in rows if row.what == what)

    why = [
        Why(row.what, reasons.words(row.reason), row.count)
        for row in rows
        if row.what in (What.SKIPPED, What.FAILED, What.UNKNOWN) and row.count
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


def funnel(progress: Progress) -> charts.Chart:
    return charts.funnel(
        _("From plan to click"),
        [
            charts.Part(_("Planned"), progress.planned),
            charts.Part(_("Sent"), progress.sent),
            charts.Part(_("Opened"), progress.opened),
            charts.Part(_("Clicked"), progress.clicked),
        ],
    )


@dataclass(frozen=True)
class Sales:
    """Orders of people who got the message, within WINDOW after it. Not a proof: no holdout was kept."""

    customers: int
    orders: int
    money: Decimal


def sales_of(campaign: Campaign) -> Sales:
    sent = campaign.launched_at
    if sent is None:
        return Sales(0, 0, Decimal(0))
    orders = Order.objects.counted().filter(
        placed_at__gte=sent,
        currency=settings.DEFAULT_CURRENCY,
        customer__deliveries__campaign=campaign,
        customer__deliveries__state=Delivery.State.ACCEPTED,
        customer__deliveries__sent_at__lte=F("placed_at"),
        customer__deliveries__sent_at__gt=F("placed_at") - WINDOW,
    )
    if campaign.finished_at:
        orders = orders.filter(placed_at__lt=campaign.finished_at + WINDOW)
    found = orders.aggregate(
        customers=Count("customer", distinct=True), orders=Count("pk"), money=Sum(F("amount") - F("refunded"))
    )
    return Sales(found["customers"], found["orders"], found["money"] or Decimal(0))
