"""What providers report of a campaign's messages: one arrived, came back, or was taken for a nuisance."""

from uuid import UUID

from django.db import transaction

from channels.campaigns import books
from channels.campaigns.models import Delivery, DeliveryEvent
from channels.connectors.arriving import Delivered, Status
from channels.connectors.marks import key_in
from channels.consent import suppression
from channels.consent.models import Suppression
from channels.models import Channel

Kind = DeliveryEvent.Kind
KINDS = {Delivered.BOUNCED: Kind.BOUNCE, Delivered.COMPLAINED: Kind.COMPLAINT}
ARRIVED = (Delivered.SENT, Delivered.DELIVERED, Delivered.READ)


@transaction.atomic
def hear(channel: Channel, status: Status) -> bool:
    """Whether it is a campaign's message. Known by our own key: there are too many to look for another."""
    try:
        key = UUID(status.key or key_in(status.external_id))
    except ValueError:
        return False
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True)
    delivery = rows.select_related("campaign__channel").filter(key=key).first()
    if delivery is None:
        return False
    if status.state in ARRIVED:
        books.prove_sent(delivery)
    elif status.state in KINDS:
        _note(delivery, KINDS[status.state], status)
    _block(delivery, status)
    return True


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
