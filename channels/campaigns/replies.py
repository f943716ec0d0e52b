"""Customers who answer a text with the word that ends such messages."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from channels.campaigns import books, ways
from channels.campaigns.models import Delivery, DeliveryEvent, Tally
from channels.consent import services as consent
from channels.consent.models import Consent, Purpose, State
from channels.models import Channel
from customers.identity.models import Identity
from customers.models import Customer

# What operators and laws ask us to understand, in any case and with any stop behind it.
STOP = frozenset({"t", "td", "退订", "退订t", "回t", "stop", "stopall", "unsubscribe"})
ENDS = " .。!！\"“”'\n\r\t"
SOURCE = "reply"
# So long a reply is taken for one to the last campaign.
LATELY = timedelta(days=30)
SHARED_BY = 50


def ends_it(text: str) -> bool:
    return text.strip(ENDS).lower() in STOP


@transaction.atomic
def opt_out(customer: Customer, channel: Channel, address: str, text: str) -> None:
    """Withdraws what such messages rest on, for everybody who reads them under that number."""
    evidence = {"reason": text[:100], "channel": channel.name}
    for one in _readers(customer, channel, address):
        said = Consent.objects.filter(customer=one, channel=channel.kind, state=State.WITHDRAWN)
        ended = set(said.values_list("purpose", flat=True))
        for purpose in (Purpose.MARKETING, Purpose.SURVEY):
            if purpose not in ended:
                consent.withdraw(one, purpose, channel.kind, source=SOURCE, evidence=evidence)
    _note(customer, channel)


def _readers(customer: Customer, channel: Channel, address: str) -> list[Customer]:
    found = {customer.pk}
    if channel.kind in ("sms", "whatsapp") and address:
        same = Identity.objects.attached().filter(kind=Identity.Kind.PHONE, value=address)
        found |= set(same.values_list("profile__customer", flat=True)[:SHARED_BY])
    return list(Customer.objects.filter(pk__in=found).order_by("pk"))


def _note(customer: Customer, channel: Channel) -> None:
    """Counts it for the campaign that they answered."""
    now = timezone.now()
    rows = Delivery.objects.filter(
        customer=customer, state=Delivery.State.ACCEPTED, sent_at__gt=now - LATELY, unsubscribed_at=None
    ).select_related("campaign__channel")
    latest = next((one for one in rows.order_by("-sent_at")[:5] if ways.channel_of(one) == channel), None)
    if latest is None or not Delivery.objects.filter(pk=latest.pk, unsubscribed_at=None).update(
        unsubscribed_at=now
    ):
        return
    campaign = ways.with_channel(latest).campaign
    DeliveryEvent.objects.create(delivery=latest, campaign=campaign, kind=DeliveryEvent.Kind.UNSUBSCRIBE)
    books.count(campaign, {(Tally.What.UNSUBSCRIBED, ""): 1})
