"""What providers report of a campaign's messages: one arrived, came back, or was taken for a nuisance."""

from uuid import UUID

from django.db import transaction

from channels.campaigns import books, ways
from channels.campaigns.models import Delivery, DeliveryEvent
from channels.connectors.arriving import Delivered, Status
from channels.connectors.marks import key_in
from channels.consent import suppression
from channels.consent.models import Suppression
from channels.models import Channel

Kind = DeliveryEvent.Kind
KINDS = {Delivered.BOUNCED: Kind.BOUNCE, Delivered.COMPLAINED: Kind.COMPLAINT}
# A mail that fails later comes back; a text does not, and only its state tells.
FAILED = {Delivered.FAILED: Kind.BOUNCE}
ARRIVED = (Delivered.SENT, Delivered.DELIVERED, Delivered.READ)


@transaction.atomic
def hear(channel: Channel, status: Status) -> bool:
    """Whether it is a campaign's message."""
    delivery = _delivery(channel, status)
    if delivery is None:
        return False
    ways.with_channel(delivery)
    if status.state in ARRIVED:
        books.prove_sent(delivery)
    elif kind := (KINDS | FAILED if delivery.parts else KINDS).get(status.state):
        _note(delivery, kind, status)
    _block(delivery, status)
    return True


def _delivery(channel: Channel, status: Status) -> Delivery | None:
    """Known by our own key. Of texts, which are fewer, the provider's number is known as well."""
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("campaign__channel")
    try:
        return rows.filter(key=UUID(status.key or key_in(status.external_id))).first()
    except ValueError:
        pass
    if not status.external_id:
        return None
    named = rows.filter(parts__gt=0, provider_id=status.external_id[:200]).order_by("-pk")[:5]
    return next((one for one in named if ways.channel_of(one).pk == channel.pk), None)


def _note(delivery: Delivery, kind: Kind, status: Status) -> None:
    known = DeliveryEvent.objects.filter(delivery=delivery, kind=kind)
    if not known.exists():
        DeliveryEvent.objects.create(
            delivery=delivery, campaign_id=delivery.campaign_id, kind=kind, at=status.at, automatic=True
        )


def _block(delivery: Delivery, status: Status) -> None:
    if not delivery.address:
        return
    kind = delivery.campaign.channel.kind
    if status.state is Delivered.COMPLAINED:
        suppression.suppress(kind, delivery.address, Suppression.Reason.COMPLAINT)
    elif status.is_permanent and status.state in (Delivered.BOUNCED, Delivered.FAILED):
        suppression.suppress(kind, delivery.address, Suppression.Reason.BOUNCE)
