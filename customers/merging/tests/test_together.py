"""Many merges at once: overlapping sets, chains and cycles, with edits and new rows meanwhile."""

import random
import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections

from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.lib.errors import Refused
from customers import factories
from customers import services as customers
from customers.merging import gathering, services
from customers.merging.chain import survivor_of
from customers.merging.models import Merge
from customers.models import Customer
from customers.orders.models import Order
from customers.timeline import services as timeline
from customers.timeline.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CUSTOMERS, THREADS, TURNS, ORDERS = 12, 8, 6, 3


@pytest.fixture
def everybody() -> list[int]:
    made = [factories.customer() for _number in range(CUSTOMERS)]
    for one in made:
        for _number in range(ORDERS):
            factories.order(one, amount=1)
    return [one.pk for one in made]


def test_nobody_waits_for_ever_and_no_child_is_lost(everybody: list[int]) -> None:
    operator = people.user(Role.OPERATIONS)
    written: list[int] = []
    troubles: list[BaseException] = []
    run_together(lambda number: one_worker(number, operator, everybody, written), troubles)
    assert troubles == []
    gathering.sweep()
    assert Order.objects.count() == CUSTOMERS * ORDERS
    assert not Order.objects.exclude(customer__in=Customer.objects.present()).exists()
    notes = Entry.objects.filter(kind="note")
    assert notes.count() == len(written)
    assert not notes.exclude(customer__in=Customer.objects.present()).exists()
    hidden = set(Customer.objects.exclude(deleted_at=None).values_list("pk", flat=True))
    assert hidden == set(Merge.objects.standing().values_list("absorbed", flat=True))
    assert all(Customer.objects.present().filter(pk=survivor_of(pk) or 0).exists() for pk in hidden)
    while last := Merge.objects.standing().order_by("-pk").first():
        services.undo(last, by=operator, despite=True)
    assert Customer.objects.present().count() == CUSTOMERS
    homes = set(Order.objects.values_list("customer", flat=True))
    assert homes == set(everybody)
    assert all(Order.objects.filter(customer=pk).count() == ORDERS for pk in everybody)


def one_worker(number: int, by: User, everybody: list[int], written: list[int]) -> None:
    """Joins and parts whomever it meets; being refused is part of it, deadlocks and errors are not."""
    dice = random.Random(number)
    for turn in range(TURNS):
        chosen = dice.sample(everybody, 3)
        one, *others = [Customer.objects.get(pk=pk) for pk in chosen]
        what = dice.random()
        try:
            if what < 0.5:
                services.merge(one, others, by=by, insist=True)
            elif what < 0.7 and (merge := Merge.objects.standing().order_by("?").first()):
                services.undo(merge, by=by, despite=True)
            elif what < 0.85:
                customers.update(one, {"city": f"City {number} {turn}"}, version=one.version, by=by)
            else:
                timeline.record(one, "note", summary=f"{number} {turn}", by=by)
                written.append(one.pk)
        except Refused:
            continue


def run_together(work: Callable[[int], None], troubles: list[BaseException]) -> None:
    def run(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    connection.ensure_connection()
