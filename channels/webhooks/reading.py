"""Webhooks as the pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise

from channels.webhooks.events import KINDS
from channels.webhooks.models import Attempt, Delivery, Subscription, SubscriptionQuerySet
from channels.webhooks.reasons import PROBLEMS

MOST_SHOWN = 100


@dataclass(frozen=True)
class Card:
    webhook: Subscription
    waiting: int
    dead: int

    @property
    def tone(self) -> str:
        if not self.webhook.enabled:
            return ""
        return "bad" if self.dead or self.webhook.failures > 2 else "warn" if self.webhook.failures else "ok"


@dataclass(frozen=True)
class Listed:
    """A delivery with its tries, newest first."""

    delivery: Delivery
    label: str | Promise
    tries: Sequence[tuple[Attempt, str | Promise]]

    @property
    def tone(self) -> str:
        return {"done": "ok", "dead": "bad"}.get(self.delivery.state, "warn" if self.tries else "")


def cards(rows: SubscriptionQuerySet) -> list[Card]:
    """Done deliveries are many and are not counted."""
    webhooks = list(rows[:MOST_SHOWN])
    undone = Delivery.objects.filter(subscription__in=webhooks).exclude(state=Delivery.State.DONE)
    counted = undone.values_list("subscription", "state").annotate(number=Count("pk"))
    numbers = {(pk, state): number for pk, state, number in counted}
    return [
        Card(one, numbers.get((one.pk, "waiting"), 0), numbers.get((one.pk, "dead"), 0)) for one in webhooks
    ]


def listed(deliveries: Iterable[Delivery]) -> list[Listed]:
    rows = list(deliveries)
    tries: dict[int, list[tuple[Attempt, str | Promise]]] = {}
    for one in Attempt.objects.filter(delivery__in=rows).order_by("-pk"):
        tries.setdefault(one.delivery_id, []).append((one, PROBLEMS.get(one.problem, one.problem)))
    return [Listed(one, KINDS.get(one.event.kind, one.event.kind), tries.get(one.pk, [])) for one in rows]
