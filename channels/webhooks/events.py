"""From what the timeline tells to the events that programs can subscribe to.

Payloads are thin on purpose: ids and names of fields. Who wants to know more asks the API, which knows what
its token may see.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.webhooks import tasks
from channels.webhooks.models import Delivery, Event, Subscription
from customers.timeline.models import Entry

TOUCHPOINT = "touchpoint.recorded"
# Never told by itself: a step of a journey sends it to the address it names.
JOURNEY = "journey.step"
KINDS: dict[str, str | Promise] = {
    "customer.created": _("A customer was created"),
    "customer.updated": _("Details, owner or tags of a customer changed"),
    "customer.deleted": _("A customer was deleted"),
    "customer.merged": _("Two customers turned out to be one"),
    "customer.erased": _("A customer was made anonymous"),
    "order.recorded": _("An order came in"),
    "consent.changed": _("A customer allowed or withdrew something"),
    "task.done": _("A task was done"),
    TOUCHPOINT: _("Anything else happened with a customer"),
    JOURNEY: _("A journey sends it, where one of its steps says so"),
}
# Kinds of timeline entries, or their families, and the event each is.
OF_KIND = {
    "customer.created": "customer.created",
    "customer.deleted": "customer.deleted",
    "customer.merged": "customer.merged",
    "merge": "customer.merged",
    "customer.erased": "customer.erased",
    "privacy.erased": "customer.erased",
    "customer": "customer.updated",
    "fields": "customer.updated",
    "order": "order.recorded",
    "consent": "consent.changed",
    "task.done": "task.done",
    "task.completed": "task.done",
}
PING = "test.ping"


def on_recorded(sender: object, entries: Sequence[Entry], **kwargs: object) -> None:
    """In the transaction that wrote the entries: what is rolled back was never told."""
    wanted = _subscribers()
    if wanted:
        tell([(kind, entry) for entry in entries if (kind := kind_of(entry.kind)) in wanted], wanted)


def kind_of(entry_kind: str) -> str:
    return OF_KIND.get(entry_kind) or OF_KIND.get(entry_kind.partition(".")[0]) or TOUCHPOINT


def tell(told: Iterable[tuple[str, Entry]], wanted: dict[str, list[int]]) -> None:
    events = Event.objects.bulk_create(
        [Event(kind=kind, body=body_of(kind, entry)) for kind, entry in told], batch_size=1000
    )
    Delivery.objects.bulk_create(
        [Delivery(event=event, subscription_id=pk) for event in events for pk in wanted[event.kind]],
        batch_size=1000,
    )
    for pk in {pk for event in events for pk in wanted[event.kind]}:
        transaction.on_commit(lambda pk=pk: tasks.deliver.delay(pk))  # type: ignore[misc]


def send(subscription: Subscription, kind: str, told: Mapping[UUID, Mapping[str, Any]], at: datetime) -> None:
    """To one address, each under a token of the caller's: rows now, posted once this is committed."""
    events = Event.objects.bulk_create(
        [
            Event(token=token, kind=kind, body=_body(kind, dict(data), at=at.isoformat()))
            for token, data in told.items()
        ],
        batch_size=1000,
    )
    Delivery.objects.bulk_create(
        [Delivery(event=event, subscription=subscription) for event in events], batch_size=1000
    )
    transaction.on_commit(partial(tasks.deliver.delay, subscription.pk))


def ping(subscription: Subscription) -> None:
    event = Event.objects.create(kind=PING, body=_body(PING, {}))
    Delivery.objects.create(event=event, subscription=subscription)


def body_of(kind: str, entry: Entry) -> str:
    data: dict[str, Any] = {"customer": entry.customer_id, "entry": entry.pk}
    if kind == TOUCHPOINT:
        data |= {"kind": entry.kind, "channel": entry.channel}
    if entry.source in ("order", "task") and entry.source_id.isdecimal():
        data[entry.source] = int(entry.source_id)
    if kind == "customer.merged":
        data["absorbed"] = entry.data.get("absorbed")
    changes = entry.data.get("changes")
    if isinstance(changes, dict):
        data["fields"] = sorted(changes)
    return _body(kind, data, at=entry.occurred_at.isoformat())


def _body(kind: str, data: dict[str, Any], at: str = "") -> str:
    said = {"type": kind, "timestamp": at, "data": data} if at else {"type": kind, "data": data}
    return json.dumps(said, ensure_ascii=False)


def _subscribers() -> dict[str, list[int]]:
    """Which addresses want which kind."""
    found: dict[str, list[int]] = {}
    for pk, kinds in Subscription.objects.filter(enabled=True).values_list("pk", "events"):
        for kind in kinds:
            found.setdefault(kind, []).append(pk)
    return found
