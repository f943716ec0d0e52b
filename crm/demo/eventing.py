"""One tasting that is over, with guests who came, and one that is to come, with a waiting list."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from channels.events import services
from channels.events.models import Event, Registration
from channels.events.registering import SOURCE
from crm.accounts.models import User
from crm.demo.conversing import touch
from customers.models import Customer
from customers.timeline.models import Entry

SEATS, WAITING, PAST = 40, 6, 36
State = Registration.State


def run(*, until: datetime, marketing: User, clerk: User) -> None:
    if Event.objects.exists():
        return
    people = Customer.objects.present().filter(kind="person").exclude(email="").order_by("-touched_at", "-pk")
    guests = list(people[: PAST + SEATS + WAITING])
    evening = until.replace(hour=19, minute=0, second=0, microsecond=0)
    past = _event("秋季新品品鉴会", "Autumn tasting", evening - timedelta(days=12), marketing, capacity=60)
    _fill(past, guests[:PAST], until - timedelta(days=20), clerk)
    services.follow_up(past, by=marketing)
    coming = _event(
        "会员手冲咖啡课", "Members' coffee class", evening + timedelta(days=9), marketing, capacity=SEATS
    )
    _fill(coming, guests[PAST:], until - timedelta(days=3), clerk)


def _event(chinese: str, english: str, begins: datetime, by: User, *, capacity: int) -> Event:
    return Event.objects.create(
        title_zh=chinese,
        title_en=english,
        text_zh="与我们的咖啡师一起品尝当季新豆，现场有小礼物。",
        text_en="Taste the beans of the season with our roasters. There is a small present for everybody.",
        place="上海市静安区愚园路 68 号",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        capacity=capacity,
        state=Event.State.OPEN,
        created_by=by,
        created_at=begins - timedelta(days=30),
    )


def _fill(event: Event, guests: Sequence[Customer], first: datetime, clerk: User) -> None:
    seats = event.capacity or len(guests)
    is_past = event.starts_at < first + timedelta(days=10)
    rows = [
        Registration(
            event=event,
            customer=guest,
            name=guest.name,
            email=guest.email,
            phone=guest.phone,
            language=guest.language,
            code=f"{event.pk:02}{guest.pk:06}"[-8:].replace("0", "Z").replace("1", "Y"),
            state=State.BOOKED if place < seats else State.WAITING,
            registered_at=first + timedelta(minutes=40 * place),
            came_at=event.starts_at + timedelta(minutes=place - 10) if is_past and place % 4 else None,
            let_in_by=clerk if is_past and place % 4 else None,
        )
        for place, guest in enumerate(guests)
    ]
    made = Registration.objects.bulk_create(rows)
    Event.objects.filter(pk=event.pk).update(taken=min(seats, len(made)))
    told = [("event.registered", one, one.registered_at) for one in made]
    told += [("event.attended", one, one.came_at) for one in made if one.came_at]
    touch({one.customer_id: at for _kind, one, at in sorted(told, key=lambda entry: entry[2])})
    Entry.objects.bulk_create(
        Entry(
            customer=one.customer,
            kind=kind,
            channel=Entry.Channel.EVENT,
            direction=Entry.Direction.IN,
            occurred_at=at,
            summary=event.title_zh,
            source=SOURCE,
            source_id=f"{one.pk}.{kind}",
        )
        for kind, one, at in told
    )
