"""What colleagues write down about their customers, whom they call in, and which customers they follow."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np

from crm.accounts.models import User
from crm.demo.company import Staff
from crm.demo.dice import dice
from crm.demo.words import remarks
from crm.demo.words.remarks import Remark
from crm.desk.notices import telling
from crm.desk.notices.models import Follow
from customers.models import Customer
from customers.timeline.models import Entry
from customers.touches.models import Pin

EACH, PINNED, FOLLOWED = 8, 2, 5
BACK = 12 * 24 * 60
WESTERN = ("olivia", "lucas", "maya")


def note(staff: Staff, *, seed: int, until: datetime) -> None:
    """Notes, calls and meetings of everybody who owns customers; what their managers are told of it."""
    users = {user.pk: user for user in User.objects.filter(pk__in=staff.users.values())}
    # Whoever is called in sees everybody, so that no mention leads to a closed door.
    lead = users[staff.users["zhoumin"]]
    western = {staff.users[name] for name in WESTERN}
    entries: list[Entry] = []
    follows: list[Follow] = []
    for pk in sorted({pk for team in staff.sellers.values() for pk in team}):
        rng = dice(seed, f"notes {users[pk].username}")
        owned = Customer.objects.present().filter(owner=pk).order_by("-touched_at", "-pk")
        words = remarks.ENGLISH if pk in western else remarks.CHINESE
        for place, customer in enumerate(owned[:EACH]):
            remark = words[(place + int(rng.integers(len(words)))) % len(words)]
            entries.append(_written(rng, users[pk], lead, customer, remark, until))
            if place < FOLLOWED:
                follows.append(Follow(user=users[pk], customer=customer, since=until - timedelta(days=30)))
    follows += _watched(staff, until)
    Entry.objects.bulk_create(entries, batch_size=1000)
    _touch(entries)
    Pin.objects.bulk_create(
        Pin(entry=one, customer_id=one.customer_id, by_id=one.actor_id, at=one.occurred_at)
        for one in [one for one in entries if one.kind == "note"][:: EACH // PINNED]
    )
    Follow.objects.bulk_create(follows, ignore_conflicts=True)
    telling.on_recorded(None, _newest(entries))


def _written(
    rng: np.random.Generator, author: User, lead: User, customer: Customer, remark: Remark, until: datetime
) -> Entry:
    at = max(customer.created_at, until - timedelta(minutes=int(rng.integers(30, BACK))))
    data: dict[str, Any] = dict(remark.data)
    body = remark.body
    if remark.asks:
        body, data["mentions"] = f"@{lead} {body}", {str(lead): (lead.pk, str(lead))}
    return Entry(
        customer=customer,
        kind=remark.kind,
        channel=remark.channel,
        direction=remark.direction,
        occurred_at=at,
        summary="",
        body=body,
        actor=author,
        source="staff",
        source_id=uuid4().hex,
        data=data,
    )


def _touch(entries: list[Entry]) -> None:
    """Last activity moves along with what was written down."""
    latest = {one.customer_id: one.occurred_at for one in sorted(entries, key=lambda one: one.occurred_at)}
    customers = list(Customer.objects.filter(pk__in=latest))
    for one in customers:
        one.touched_at = max(one.touched_at, latest[one.pk])
    Customer.objects.bulk_update(customers, ["touched_at"], batch_size=1000)


def _watched(staff: Staff, until: datetime) -> list[Follow]:
    """Managers keep an eye on the best customers of the house."""
    best = Customer.objects.present().filter(owner__isnull=False).order_by("-rollup__total")[:12]
    watchers = staff.of(["zhoumin", "linyue", "tianye"])
    return [
        Follow(user_id=pk, customer=one, since=until - timedelta(days=30)) for one in best for pk in watchers
    ]


def _newest(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: one.occurred_at)[-60:]
