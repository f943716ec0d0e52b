"""How the steps of a pick-up stand on the timeline, and the order behind them."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.store.models import Pickup
from channels.store.services import SOURCE
from crm.accounts.models import User
from crm.lib.labels import label
from crm.lib.templatetags.ui import money
from customers.orders.models import Order
from customers.timeline import kinds, origins
from customers.timeline.models import Entry


def register() -> None:
    for name, words in (
        ("order.expected", gettext_lazy("Will be fetched from a shop")),
        ("order.ready", gettext_lazy("Ready for pick-up")),
        ("order.picked_up", pgettext_lazy("order", "Picked up")),
        ("order.taken_back", gettext_lazy("Waits on the counter again")),
        ("order.cancelled", pgettext_lazy("order", "Cancelled")),
        ("order.refunded", pgettext_lazy("order", "Refunded")),
    ):
        kinds.register(name, kinds.Kind(words, "order", kinds.ORDERS))
    origins.register(SOURCE, gettext_lazy("Shop counter"), origin)


def origin(user: User, entry: Entry) -> origins.Origin | None:
    number = entry.source_id.partition(".")[0]
    if not number.isdecimal():
        return None
    rows = Order.objects.visible_to(user).filter(customer=entry.customer_id, pk=int(number))
    order = rows.first()
    if order is None:
        return None
    facts = [
        (_("Order number"), order.external_id),
        (_("State"), label("order", order.status)),
        (_("Amount"), money(order.amount, order.currency)),
    ]
    pickup = Pickup.objects.visible_to(user).filter(order=order).select_related("by").first()
    if pickup and pickup.picked_at:
        facts.append((_("Handed out by"), str(pickup.by or _("the till"))))
        facts.append((_("Fetched by"), pickup.fetched_by or _("the customer")))
    return origins.Origin(facts=facts)
