"""Facts about campaigns: who got them, opened them, followed their links, left by them."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign, Delivery
from segments.facts import Group, Kind, Test, Text, register
from segments.rows import Pool, Repeated, Where, fact, times

# Of the newest one chooses; rules keep older ones by their number.
MOST_CHOICES = 300
DELIVERIES = Pool(lambda: Delivery.objects.all())
MOMENTS: tuple[tuple[str, Text, str], ...] = (
    ("received", _("Campaigns received"), "sent_at"),
    ("opened", _("Campaigns opened"), "opened_at"),
    ("clicked", _("Campaigns whose link was followed"), "clicked_at"),
    ("unsubscribed", _("Campaigns by which they unsubscribed"), "unsubscribed_at"),
)


def register_all() -> None:
    for key, label, moment in MOMENTS:
        found = Repeated(DELIVERIES, _sent(moment), moment, times)
        more = {"of": Kind.RECORD, "choices": _campaigns}
        register(fact(f"campaigns.{key}", label, Group.CAMPAIGNS, Kind.TIMES, found, **more))


def _sent(moment: str) -> Where:
    def where(test: Test) -> Q:
        happened = Q(**{f"{moment}__isnull": False})
        if moment == "sent_at":
            happened &= Q(state=Delivery.State.ACCEPTED)
        return happened & Q(campaign__in=test.value.of) if test.value.of else happened

    return where


def _campaigns() -> Sequence[tuple[int, str]]:
    return list(Campaign.objects.order_by("-created_at", "-pk").values_list("pk", "name")[:MOST_CHOICES])
