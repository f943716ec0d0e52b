"""Facts about campaigns: who got them, opened them, followed their links, left by them."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign, Delivery
from segments.facts import Group, Kind, Test, Text, register
from segments.rows import Repeated, Rows, fact

# Of the newest one chooses; rules keep older ones by their number.
MOST_CHOICES = 300
MOMENTS: tuple[tuple[str, Text, str], ...] = (
    ("received", _("Campaigns received"), "sent_at"),
    ("opened", _("Campaigns opened"), "opened_at"),
    ("clicked", _("Campaigns whose link was followed"), "clicked_at"),
    ("unsubscribed", _("Campaigns by which they unsubscribed"), "unsubscribed_at"),
)


def register_all() -> None:
    for key, label, moment in MOMENTS:
        found = Repeated(_deliveries(moment), moment)
        more = {"of": Kind.RECORD, "choices": _campaigns}
        register(fact(f"campaigns.{key}", label, Group.CAMPAIGNS, Kind.TIMES, found, **more))


def _deliveries(moment: str) -> Rows:
    def rows(test: Test) -> QuerySet[Delivery]:
        found = Delivery.objects.exclude(**{moment: None})
        if moment == "sent_at":
            found = found.filter(state=Delivery.State.ACCEPTED)
        return found.filter(campaign__in=test.value.of) if test.value.of else found

    return rows


def _campaigns() -> Sequence[tuple[int, str]]:
    return list(Campaign.objects.order_by("-created_at", "-pk").values_list("pk", "name")[:MOST_CHOICES])
