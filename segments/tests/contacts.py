"""What a rule may ask about how customers and we are in touch: rows of every such table, and plain Python."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from channels import factories as channels
from channels.campaigns.models import Campaign, Delivery
from channels.inbox.models import Conversation
from channels.reports.models import Rating
from crm.accounts.models import User
from customers.identity.models import Identity, Profile
from customers.models import Customer
from customers.relations.models import Relation
from customers.tasks.models import LastContact, Task
from customers.timeline.models import Entry
from segments.tests import promotions

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOADED = (
    *("entries", "tasks", "relations_from", "relations_to", "profiles__identities"),
    *("conversations__rating", "deliveries"),
    *promotions.LOADED,
)


def fill(customers: list[Customer], owner: User, now: datetime) -> None:
    campaigns = [channels.campaign(name=f"Campaign {number}") for number in range(2)]
    for number, customer in enumerate(customers):
        _touch(customer, number, now)
        _promise(customer, number, owner, now)
        _recognise(customer, number)
        if number % 4:
            _talk(customer, number, now)
        if number % 3:
            _send(customer, number, campaigns, now)
        if number % 7 == 0:
            Relation.objects.create(
                one=customer, other=customers[number - 1], kind=["family", "referral"][number % 2]
            )
    promotions.fill(customers, now)


def _touch(customer: Customer, number: int, now: datetime) -> None:
    for place in range(number % 5):
        Entry.objects.create(
            customer=customer,
            kind="call",
            channel=["phone", "wechat", "staff"][(number + place) % 3],
            direction=["in", "out", "none"][place % 3],
            occurred_at=now - timedelta(days=number * place, hours=place * 5),
            summary="Touched",
            source="test",
            source_id=f"{number}-{place}",
        )
    at = now - timedelta(days=number, hours=number) if number % 3 else None
    LastContact.objects.create(customer=customer, at=at, channel="phone" if at else "")


def _promise(customer: Customer, number: int, owner: User, now: datetime) -> None:
    today = now.astimezone(SHANGHAI).date()
    if number % 3:
        Task.objects.create(
            title="Call",
            customer=customer,
            assignee=owner,
            due_on=today + timedelta(days=number % 5 - 2),
            due_at=now + timedelta(hours=number % 2 * 2 - 1) if number % 5 == 2 else None,
            **({} if number % 2 else {"state": "done", "closed_at": now, "closed_by": owner}),
        )


def _recognise(customer: Customer, number: int) -> None:
    profile = Profile.objects.create(
        customer=customer, source=["shop", "Tea", "100%"][number % 3], source_key=str(number)
    )
    if number % 2:
        Identity.objects.create(
            profile=profile, kind=["openid", "card"][number % 4 // 2], value=f"v{number}", source="test"
        )


def _talk(customer: Customer, number: int, now: datetime) -> None:
    for place in range(number % 3 + 1):
        at = now - timedelta(days=place * 20 + number)
        is_closed = place > 0 or number % 3 == 0
        made = Conversation.objects.create(
            customer=customer,
            kind=["email", "chat"][place % 2],
            opened_at=at,
            status="closed" if is_closed else ["open", "pending"][number % 2],
            closed_at=at if is_closed else None,
            closed_because="solved" if is_closed else "",
            waiting_since=at if number % 4 == 1 else None,
        )
        if (number + place) % 2:
            Rating.objects.create(conversation=made, score=(number + place) % 5 + 1, at=at)
        elif place:
            Rating.objects.create(conversation=made)


def _send(customer: Customer, number: int, campaigns: list[Campaign], now: datetime) -> None:
    for place, campaign in enumerate(campaigns[: number % 3]):
        sent = now - timedelta(days=number * 6 + place)
        Delivery.objects.create(
            campaign=campaign,
            customer=customer,
            state="accepted" if number % 5 else "unknown",
            sent_at=sent,
            opened_at=sent if place else None,
            clicked_at=sent if number % 4 == 0 else None,
            unsubscribed_at=sent if number % 10 == 1 else None,
        )


def look_up(fact: str, customer: Customer, today: date, now: datetime) -> tuple[str, Any] | None:
    """As the oracle asks; rows are a pk, a day, whether it is our money, what of, and worth how much."""
    known = _contact(customer) | _tasks(customer, today, now) | _ties(customer) | _sent(customer)
    known |= promotions.known(customer, now)
    return known.get(fact)


def _contact(customer: Customer) -> dict[str, tuple[str, Any]]:
    entries = [one for one in customer.entries.all() if one.channel != "staff"]
    talks = list(customer.conversations.all())
    rated = [one.rating for one in talks if hasattr(one, "rating") and one.rating.score]
    last = max(rated, key=_moment).score if rated else None
    spoken = customer.last_contact.at
    found: dict[str, tuple[str, Any]] = {
        "contact.last": ("day", spoken and spoken.astimezone(SHANGHAI).date()),
        "contact.times": ("times", [_row(one, one.occurred_at, one.channel) for one in entries]),
        "conversation.status": ("list", [one.status for one in talks]),
        "conversation.waiting": (
            "flag",
            _yes(any(one.waiting_since and one.status != "closed" for one in talks)),
        ),
        "conversation.times": ("times", [_row(one, one.opened_at, one.kind) for one in talks]),
        "conversation.rating": ("number", last),
    }
    for direction in ("in", "out"):
        rows = [_row(one, one.occurred_at, one.channel) for one in entries if one.direction == direction]
        found[f"contact.times_{direction}"] = ("times", rows)
    return found


def _tasks(customer: Customer, today: date, now: datetime) -> dict[str, tuple[str, Any]]:
    tasks = [one for one in customer.tasks.all() if one.state == "open"]
    late = [
        one
        for one in tasks
        if one.due_on < today or (one.due_on == today and one.due_at and one.due_at < now)
    ]
    return {"task.open": ("flag", _yes(tasks)), "task.overdue": ("flag", _yes(late))}


def _ties(customer: Customer) -> dict[str, tuple[str, Any]]:
    profiles = list(customer.profiles.all())
    relations = [*customer.relations_from.all(), *customer.relations_to.all()]
    kinds = [identity.kind for profile in profiles for identity in profile.identities.all()]
    return {
        "profile.relation": ("list", [one.kind for one in relations]),
        "profile.system": ("texts", [one.source for one in profiles]),
        "profile.identity": ("list", kinds),
    }


def _sent(customer: Customer) -> dict[str, tuple[str, Any]]:
    moments = {"opened": "opened_at", "clicked": "clicked_at", "unsubscribed": "unsubscribed_at"}
    sent = list(customer.deliveries.all())
    found: dict[str, tuple[str, Any]] = {
        f"campaigns.{key}": (
            "times",
            [_row(one, getattr(one, path), one.campaign_id) for one in sent if getattr(one, path)],
        )
        for key, path in moments.items()
    }
    got = [_row(one, one.sent_at, one.campaign_id) for one in sent if one.state == "accepted"]
    return {**found, "campaigns.received": ("times", got)}


def _moment(rating: Rating) -> datetime:
    assert rating.at
    return rating.at


def _row(one: Any, at: datetime | None, of: Any) -> tuple[Any, ...]:
    assert at
    return one.pk, at.astimezone(SHANGHAI).date(), True, of, 0


def _yes(found: object) -> str:
    return "yes" if found else "no"
