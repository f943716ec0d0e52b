"""Runs inside the company under fire: joins and parts customers at random, edits them, writes to them."""

import random
import threading
import time

from django.db import OperationalError, connections
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import services as customers
from customers.identity.indexing import index
from customers.identity.models import Identity, Profile
from customers.merging import services
from customers.merging.models import Merge
from customers.models import Customer, Share
from customers.orders.models import Order, Rollup
from customers.relations.models import Relation
from customers.tasks.models import Task
from customers.timeline import services as timeline

ORDERS = 4


def furnish(number: int) -> int:
    """Customers with children of several kinds. All have the same colleague, which clashes."""
    by = User.objects.create(username="joiner", name="Joiner", roles=[Role.OPERATIONS])
    now = timezone.now()
    people = Customer.objects.bulk_create(
        Customer(name=f"Person {n}", phone=f"+86139{n:08}", tags=[f"tag {n % 7}"]) for n in range(number)
    )
    Rollup.objects.bulk_create(
        Rollup(customer=one, orders=ORDERS, days=1, total=ORDERS, first_order_at=now, last_order_at=now)
        for one in people
    )
    Order.objects.bulk_create(
        Order(
            customer=one,
            source="shop",
            external_id=f"{one.pk}-{n}",
            placed_at=now,
            amount=1,
            currency="CNY",
        )
        for one in people
        for n in range(ORDERS)
    )
    profiles = Profile.objects.bulk_create(
        Profile(customer=one, source="shop", source_key=str(one.pk)) for one in people
    )
    Identity.objects.bulk_create(
        Identity(profile=one, kind="phone", value=f"+86139{n:08}", source="shop")
        for n, one in enumerate(profiles)
    )
    Share.objects.bulk_create(Share(customer=one, user=by) for one in people)
    Relation.objects.bulk_create(
        Relation(one=one, other=other, kind="family")
        for one, other in zip(people, [*people[1:], people[0]], strict=True)
    )
    Task.objects.bulk_create(
        Task(customer=one, title="Call", due_on=now.date(), assignee=by, created_by=by) for one in people
    )
    index([one.pk for one in people])
    return len(people)


def disturb(seed: int, seconds: float, threads: int = 2) -> None:
    """Until the time is over, or somebody kills this process."""
    until = time.monotonic() + seconds
    working = [
        threading.Thread(target=_disturb, args=(random.Random(f"{seed}.{number}"), until))
        for number in range(threads)
    ]
    for one in working:
        one.start()
    for one in working:
        one.join()


def part_all() -> int:
    """Takes every merge back, the latest first, the way a person would who accepts what came since."""
    by = User.objects.get(username="joiner")
    number = 0
    while last := Merge.objects.standing().order_by("-pk").first():
        _patiently_undo(last, by)
        number += 1
    return number


def _patiently_undo(merge: Merge, by: User, tries: int = 5) -> None:
    """The company's own workers match those very customers meanwhile; people are asked to try again."""
    for left in reversed(range(tries)):
        try:
            services.undo(merge, by=by, despite=True)
        except Refused:
            if not left:
                raise
            time.sleep(2)
        else:
            return


def _disturb(dice: random.Random, until: float) -> None:
    by = User.objects.get(username="joiner")
    everybody = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    try:
        while time.monotonic() < until:
            try:
                _turn(dice, everybody, by)
            except Refused:
                continue
            except OperationalError:
                connections.close_all()
    finally:
        connections.close_all()


def _turn(dice: random.Random, everybody: list[int], by: User) -> None:
    """Mostly chains and their undoing; close numbers, so that everybody is after the same customers."""
    place = dice.randrange(len(everybody) - 8)
    chosen = dice.sample(everybody[place : place + 8], 3)
    a, b, c = (Customer.objects.get(pk=pk) for pk in chosen)
    what = dice.random()
    if what < 0.45:
        services.merge(b, [c], by=by, insist=True)
        services.merge(a, [b], by=by, insist=True)
    elif what < 0.75:
        merge = Merge.objects.standing().filter(absorbed__in=chosen).order_by("?").first()
        if merge:
            services.undo(merge, by=by, despite=True)
    elif what < 0.9:
        customers.update(a, {"city": f"City {dice.random()}"}, version=a.version, by=by)
    else:
        timeline.record(a, "note", summary="Under fire", by=by)
