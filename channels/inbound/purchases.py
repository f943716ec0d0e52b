"""Orders that tills and shops report: from "ordered" to "given back", whatever order the calls come in."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from channels.connectors.arriving import Happening
from channels.inbox.receiving import entry_channel, past
from channels.models import Channel
from crm.lib import locks
from customers.models import Customer
from customers.orders import recording
from customers.orders.models import Order
from customers.orders.recording import Article, Purchase

# An order only moves forward through these.
RANKS = {
    Order.Status.ORDERED: 1,
    Order.Status.READY: 2,
    Order.Status.COMPLETED: 3,
    Order.Status.CANCELLED: 4,
    Order.Status.REFUNDED: 5,
}


def source_of(channel: Channel) -> str:
    """In whose numbering the orders of a channel are unique."""
    return f"channel:{channel.pk}"


def take(channel: Channel, customer: Customer, happening: Happening) -> None:
    """What the call says of an order; a call that was overtaken by a later one changes nothing."""
    data = happening.data
    source, number = source_of(channel), str(data["number"])[:120]
    # As recording and the counter do: the name first, then the row.
    locks.hold([f"order {source} {number}"])
    known = Order.objects.select_for_update().filter(source=source, external_id=number).first()
    status = Order.Status(str(data["state"]))
    if known and RANKS[Order.Status(known.status)] >= RANKS[status]:
        return
    total = Decimal(str(data["total"]))
    if known and not total:
        # Some calls only name the receipt.
        total = known.amount
    articles = _articles(data)
    said: dict[str, Any] = {
        "status": status,
        "amount": total,
        "refunded": min(Decimal(str(data["refunded"])), total),
        "currency": str(data["currency"]),
    }
    if articles:
        said["items"] = sum(one.quantity for one in articles)
    usual = {"placed_at": past(happening.at), "channel": entry_channel(channel.kind)}
    buyer = known.customer_id if known else customer.pk
    recording.record([Purchase(buyer, source, number, said, usual, articles or None)])


def _articles(data: Mapping[str, Any]) -> list[Article]:
    return [
        Article(one["sku"], one["name"], int(one["quantity"]), Decimal(one["amount"]))
        for one in data.get("lines", ())
    ]
