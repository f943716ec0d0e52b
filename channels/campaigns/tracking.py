"""What came back from customers: opens, clicks and unsubscribes, through signed links."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from channels.campaigns import books, marking, tokens, ways
from channels.campaigns.models import CampaignLink, Delivery, DeliveryEvent, Tally
from channels.consent import services as consent
from channels.consent.models import Consent, State
from customers.identity.models import Identity
from customers.models import Customer
from customers.timeline import services as timeline
from customers.timeline.models import Entry

# Link checkers, archives and programs. Picture proxies fetch when a person looks: they count.
MACHINE = re.compile(
    r"bot\b|crawl|spider|scan|barracuda|proofpoint|mimecast|safelinks|symantec|trendmicro|forcepoint|fireeye"
    r"|curl|wget|python|okhttp|java/|go-http|libwww|axios|headless|phantom|preview|prefetch|linkcheck",
    re.IGNORECASE,
)
# Nobody reads a mail this soon after it left, and nobody follows two links of it within a second.
TOO_SOON = timedelta(seconds=2)
TOO_FAST = timedelta(seconds=1)
# What a delivery may record at most; further opens of the same mail say nothing new.
MOST_EVENTS = 50
SHARED_BY = 50

Kind = DeliveryEvent.Kind


@dataclass(frozen=True)
class Visit:
    """Who followed a link, as far as their program says."""

    agent: str
    address: str = ""
    is_prefetch: bool = False


def opened(token: str, visit: Visit) -> None:
    """Notes that the picture was fetched. Only a hint: many programs fetch it by themselves, or never."""
    if delivery := _delivery("open", token):
        _note(delivery, Kind.OPEN, visit)


def clicked(token: str, visit: Visit) -> str | None:
    """Notes the click and returns where the link leads; None for a link we did not make."""
    delivery, link = _delivery("click", token), _link(token)
    if delivery is None or link is None:
        return None
    _note(delivery, Kind.CLICK, visit, link)
    return marking.traced(marking.marked(link.url, delivery.campaign, delivery.arm), token)


def destination(token: str) -> str | None:
    """Where a link leads, without noting anything."""
    link = _link(token)
    return link.url if link else None


@transaction.atomic
def unsubscribe(token: str, visit: Visit, *, one_click: bool) -> None:
    """Withdraws what the mail was sent under, at once. Doing it twice changes nothing."""
    delivery = _delivery("unsubscribe", token)
    if delivery is None:
        return
    campaign = delivery.campaign
    evidence = {
        "delivery": delivery.key.hex,
        "one_click": one_click,
        "address": visit.address,
        "agent": visit.agent[:200],
    }
    for customer in _everybody_at(delivery):
        if _has_withdrawn(customer, campaign.purpose, campaign.channel.kind):
            continue
        consent.withdraw(
            customer, campaign.purpose, campaign.channel.kind, source="unsubscribe link", evidence=evidence
        )
    fresh = Delivery.objects.filter(pk=delivery.pk, unsubscribed_at=None).update(
        unsubscribed_at=timezone.now()
    )
    if fresh:
        DeliveryEvent.objects.create(delivery=delivery, campaign=campaign, kind=Kind.UNSUBSCRIBE)
        books.count(campaign, {(Tally.What.UNSUBSCRIBED, ""): 1})
        books.prove_sent(delivery)


def customer_of(token: str) -> Customer | None:
    """Whose preferences page the link of a mail leads to."""
    delivery = _delivery("preferences", token)
    return delivery.customer if delivery else None


def campaign_of(token: str) -> int | None:
    """Whose link a visitor of one of our own pages followed, by the token that came along."""
    delivery = _delivery("click", token)
    return delivery.campaign_id if delivery else None


def _link(token: str) -> CampaignLink | None:
    found = tokens.read("click", token)
    if found is None:
        return None
    key, number = found
    return CampaignLink.objects.filter(campaign__deliveries__key=key, number=number).first()


def _delivery(purpose: tokens.For, token: str) -> Delivery | None:
    found = tokens.read(purpose, token)
    if found is None:
        return None
    rows = Delivery.objects.select_related("campaign__channel", "customer")
    delivery = rows.filter(key=found[0]).first()
    return ways.with_channel(delivery) if delivery else None


@transaction.atomic
def _note(delivery: Delivery, kind: Kind, visit: Visit, link: CampaignLink | None = None) -> None:
    now = timezone.now()
    earlier = list(DeliveryEvent.objects.filter(delivery=delivery, kind=kind).order_by("-pk")[:MOST_EVENTS])
    if len(earlier) >= MOST_EVENTS:
        return
    automatic = _is_machine(delivery, visit, now) or _is_burst(earlier, link, now)
    DeliveryEvent.objects.create(
        delivery=delivery, campaign_id=delivery.campaign_id, kind=kind, at=now, automatic=automatic, link=link
    )
    books.prove_sent(delivery)
    if not automatic:
        _first_time(delivery, kind, now)


def _is_machine(delivery: Delivery, visit: Visit, now: datetime) -> bool:
    too_soon = delivery.sent_at is not None and now - delivery.sent_at < TOO_SOON
    return visit.is_prefetch or not visit.agent or too_soon or bool(MACHINE.search(visit.agent))


def _is_burst(earlier: list[DeliveryEvent], link: CampaignLink | None, now: datetime) -> bool:
    """Whether another link of the same mail was followed a moment ago: scanners follow them all."""
    return link is not None and any(
        now - event.at < TOO_FAST and event.link_id != link.pk for event in earlier
    )


def _first_time(delivery: Delivery, kind: str, now: datetime) -> None:
    """Who clicks has opened, whether or not their program fetched the picture."""
    counts: Counter[tuple[str, str]] = Counter()
    row = Delivery.objects.filter(pk=delivery.pk)
    if row.filter(opened_at=None).update(opened_at=now):
        counts[Tally.What.OPENED, ""] = 1
    if kind == Kind.CLICK and row.filter(clicked_at=None).update(clicked_at=now):
        counts[Tally.What.CLICKED, ""] = 1
        timeline.record(
            delivery.customer,
            "campaign.clicked",
            summary=delivery.campaign.name,
            channel=delivery.campaign.channel.kind,
            direction=Entry.Direction.IN,
            at=now,
            source="campaign click",
            source_id=str(delivery.pk),
            campaign=delivery.campaign_id,
        )
    books.count(delivery.campaign, counts)


def _everybody_at(delivery: Delivery) -> list[Customer]:
    """Whoever shares the address: to its reader, a mail to a namesake would be the next mail to them."""
    found = {delivery.customer_id}
    if delivery.address:
        shared = Identity.objects.attached().filter(
            kind__in=Identity.SHARED, value__in=[delivery.address, delivery.address.lower()]
        )
        found |= set(shared.values_list("profile__customer", flat=True)[:SHARED_BY])
    return list(Customer.objects.filter(pk__in=found).order_by("pk"))


def _has_withdrawn(customer: Customer, purpose: str, channel: str) -> bool:
    said = Consent.objects.filter(customer=customer, purpose=purpose, channel=channel)
    return said.filter(state=State.WITHDRAWN).exists()
