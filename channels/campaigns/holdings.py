"""Campaigns in the customer's copy, and in an erasure: that a message went stays, to which address goes."""

from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Delivery
from customers import holdings, retention
from customers.holdings import Blank, Holding, Keep
from customers.retention import Kind


def register_all() -> None:
    holdings.register(
        Holding(
            "campaigns.delivery",
            _("Messages of campaigns"),
            ("campaign__name", "address", "state", "sent_at", "opened_at", "clicked_at", "unsubscribed_at"),
            Blank({"address": "", "provider_id": ""}),
            order=60,
        )
    )
    holdings.register(
        Holding(
            "campaigns.deliveryevent",
            _("What you did with those messages"),
            ("kind", "at", "automatic", "link__url"),
            Keep(_("Counts for the campaign, and names nobody.")),
            paths=("delivery__customer",),
            order=61,
        )
    )
    retention.register(
        Kind(
            "delivery-addresses",
            _("Addresses to which campaigns went"),
            _("That the message went, and what came of it, stays with the campaign."),
            365,
            lambda before: Delivery.objects.filter(sent_at__lt=before).exclude(address=""),
            lambda pks: Delivery.objects.filter(pk__in=pks).update(address=""),
            order=50,
        )
    )
