"""Campaigns, their variants, their deliveries and what came of them."""

from channels.campaigns.models.campaign import Campaign, CampaignLink, CampaignQuerySet, Exclusion, Variant
from channels.campaigns.models.counts import Outcome, Tally
from channels.campaigns.models.delivery import Delivery, DeliveryEvent, DeliveryQuerySet
from channels.campaigns.models.way import MOST_WAYS, Way, WayOutcome
from channels.campaigns.models.waybill import Waybill

__all__ = [
    "MOST_WAYS",
    "Campaign",
    "CampaignLink",
    "CampaignQuerySet",
    "Delivery",
    "DeliveryEvent",
    "DeliveryQuerySet",
    "Exclusion",
    "Outcome",
    "Tally",
    "Variant",
    "Way",
    "WayOutcome",
    "Waybill",
]
