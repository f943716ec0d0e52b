"""Over which channels a campaign goes, in which order; and the one over which a delivery went."""

from collections.abc import Sequence
from copy import copy
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from channels import services as channels
from channels.campaigns.models import Campaign, CampaignQuerySet, Delivery, Way
from channels.connectors.base import Template
from channels.models import Channel


def noted(rows: CampaignQuerySet) -> CampaignQuerySet:
    """The campaigns, each knowing whether it is of mails alone: pages of those need not ask further."""
    others = Way.objects.filter(Q(place=2) | ~Q(channel__kind="email"), campaign=OuterRef("pk"))
    return rows.annotate(mails_alone=~Exists(others))


def of(campaign: Campaign) -> list[Way]:
    """At least one. What was written with a single channel has no rows before it is launched."""
    if campaign.over is not None:
        return campaign.over
    if getattr(campaign, "mails_alone", False):
        return [Way(campaign=campaign, place=1, channel=campaign.channel)]
    known = list(campaign.ways.select_related("channel", "version").order_by("place")) if campaign.pk else []
    return known or [Way(campaign=campaign, place=1, channel=campaign.channel)]


def of_delivery(delivery: Delivery) -> Way:
    """The one over which it went, or is to go."""
    known = of(delivery.campaign)
    return next((one for one in known if one.place == delivery.way), known[0])


def channel_of(delivery: Delivery) -> Channel:
    if delivery.way == 1:
        return delivery.campaign.channel
    return of_delivery(delivery).channel


def with_channel(delivery: Delivery) -> Delivery:
    """The delivery with its campaign as its own channel carries it."""
    if delivery.way > 1:
        delivery.campaign = carried(delivery.campaign, of_delivery(delivery))
    return delivery


@transaction.atomic
def keep(campaign: Campaign, ways: Sequence[Way]) -> None:
    """Replaces a draft's channels. The first is the campaign's own."""
    campaign.ways.all().delete()
    for place, way in enumerate(ways, 1):
        way.pk, way.campaign, way.place = None, campaign, place
    Way.objects.bulk_create(ways)
    Campaign.objects.filter(pk=campaign.pk).update(channel=ways[0].channel)
    campaign.channel = ways[0].channel


def freeze(campaign: Campaign) -> None:
    """Writes down what a message costs on each channel now: later prices do not change what it has cost."""
    for way in of(campaign):
        way.cost = way.channel.cost
        way.save()


def carried(campaign: Campaign, way: Way, over: list[Way] | None = None) -> Campaign:
    """The campaign as one of its channels carries it: for that one's line, books and speed. Never saved."""
    seen = copy(campaign)
    seen.channel, seen.place, seen.over = way.channel, way.place, over
    return seen


def cost_of(way: Way) -> Decimal:
    """Of one message: as it was launched, before that as it stands at the channel."""
    return way.channel.cost if way.campaign.is_draft else way.cost


def template_of(way: Way) -> Template | None:
    return next((one for one in channels.templates_of(way.channel) if one.name == way.template), None)
