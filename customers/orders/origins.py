"""What stands behind an order on the timeline: its state and the articles in it."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.lib.labels import label
from crm.lib.templatetags.ui import money
from customers.orders.models import Order
from customers.timeline import origins
from customers.timeline.models import Entry

# Entries that tell of an order carry this source, and the number of its row.
SOURCE = "order"
MOST_LINES = 20


def register() -> None:
    origins.register(SOURCE, pgettext_lazy("purchase", "Order"), origin)


def origin(user: User, entry: Entry) -> origins.Origin | None:
    if not entry.source_id.isdecimal():
        return None
    rows = Order.objects.visible_to(user).filter(customer=entry.customer_id, pk=int(entry.source_id))
    order = rows.first()
    if order is None:
        return None
    lines = order.lines.select_related("product").order_by("-amount", "pk")[:MOST_LINES]
    facts = [
        (_("Order number"), order.external_id),
        (_("State"), label("order", order.status)),
        (_("Amount"), money(order.amount, order.currency)),
    ]
    if order.refunded:
        facts.append((_("Refunded"), money(order.refunded, order.currency)))
    return origins.Origin(
        facts=facts,
        lines=[(f"{one.product.name} × {one.quantity}", money(one.amount, order.currency)) for one in lines],
    )
