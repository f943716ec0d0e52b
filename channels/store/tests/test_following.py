"""What tills say of orders that are fetched from a shop."""

from typing import Any

import pytest
from django.utils import timezone

from channels.connectors.arriving import Handle, Happening, Party
from channels.direct.models import DirectMessage
from channels.factories import channel
from channels.inbound import happenings
from channels.models import Channel
from channels.store import following
from channels.store.factories import pickup, shop
from channels.store.models import Pickup
from customers import factories
from customers.orders.models import Order, Rollup
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db
ARTICLE = {"sku": "CB01", "name": "Beans", "quantity": 2, "amount": "116.00"}


@pytest.fixture
def till() -> Channel:
    channel(name="Mail")
    shop(key="SH-01", name="Riverside")
    return channel(connector="pos", kind="store", name="Till")


def said(state: str, **more: Any) -> Happening:
    data = {
        "number": "T1-0007",
        "terminal": "T1",
        "receipt": "0007",
        "state": state,
        "store": "SH-01",
        "pickup": True,
        "total": "116.00",
        "refunded": "116.00" if state == "refunded" else "0",
        "currency": "CNY",
        "lines": [ARTICLE],
    } | more
    handles = (Handle("email", "li@mail.example"), Handle("phone", "+8613800138000"))
    return Happening(f"order:T1:0007:{state}", timezone.now(), Party(handles, "Li"), "order", data=data)


def kinds() -> list[str]:
    return list(Entry.objects.filter(source="pickup").order_by("pk").values_list("kind", flat=True))


def test_an_order_online_is_prepared_told_and_fetched(till: Channel) -> None:
    for state in ("ordered", "ready", "ready", "completed", "ordered", "completed"):
        happenings.take(till, said(state))
    one = Pickup.objects.get()
    assert one.order.status == Order.Status.COMPLETED
    assert (one.shop.key, one.by, bool(one.told_at), bool(one.picked_at)) == ("SH-01", None, True, True)
    assert kinds() == ["order.expected", "order.ready", "order.picked_up"]
    message = DirectMessage.objects.get()
    assert one.code in message.body
    assert message.is_automatic


def test_given_back_after_it_was_fetched_it_no_longer_counts(till: Channel) -> None:
    for state in ("ordered", "completed", "refunded", "refunded"):
        happenings.take(till, said(state))
    assert kinds() == ["order.expected", "order.picked_up", "order.refunded"]
    assert Rollup.objects.get(customer=Pickup.objects.get().order.customer_id).orders == 0


def test_what_is_bought_over_the_counter_needs_no_fetching(till: Channel) -> None:
    happenings.take(till, said("completed", pickup=False))
    assert Order.objects.exists()
    assert not Pickup.objects.exists()


def test_orders_moved_elsewhere_are_found_by_the_sweep() -> None:
    ready = pickup(factories.customer(), status="ready")
    gone = pickup(factories.customer(), status="cancelled")
    assert following.sweep() == 2
    assert following.sweep() == 0
    ready.refresh_from_db()
    gone.refresh_from_db()
    assert ready.ready_at
    assert gone.closed_at
    assert gone.picked_at is None
