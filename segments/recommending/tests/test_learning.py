"""A learning publishes all or nothing, is never done twice, and is taken over when its worker dies."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers import factories as customers
from segments import leasing
from segments.leasing import Held, Leased
from segments.recommending import running
from segments.recommending.models import Figures, Learning, Method, Neighbour
from segments.recommending.tests import shop

pytestmark = pytest.mark.django_db


def sell_together(number: int = 6) -> None:
    """So many customers bought beans, came back for them after 10 days, and bought a filter with them."""
    beans, filters = shop.article("Beans"), shop.article("Filters")
    for _ in range(number):
        customer = customers.customer()
        shop.buys(customer, beans, days_ago=20)
        shop.buys(customer, beans, filters, days_ago=10)


def test_figures_are_those_of_the_orders() -> None:
    sell_together()
    learning = shop.learnt()
    assert learning.status == "done"
    assert (learning.customers, learning.products) == (6, 2)
    # Too few to try methods on: best-sellers, and what is bought again.
    assert learning.method == Method.POPULARITY
    beans = Figures.objects.get(product__name="Beans")
    assert (beans.recent, beans.gap_days, beans.repeat_share) == (6, 10, 1.0)
    assert Figures.objects.get(product__name="Filters").gap_days is None
    assert timezone.now() - beans.last_sold_at < timedelta(days=11)


def test_cancelled_and_refunded_orders_teach_nothing() -> None:
    beans = shop.article("Beans")
    for status in ("cancelled", "refunded"):
        for _ in range(5):
            shop.buys(customers.customer(), beans, status=status)
    assert shop.learnt().products == 0


def test_enough_purchases_find_neighbours() -> None:
    left = [shop.article(f"Left {number}") for number in range(3)]
    right = [shop.article(f"Right {number}") for number in range(3)]
    for number in range(60):
        customer, mine = customers.customer(), left if number % 2 else right
        shop.buys(customer, *mine[:2], days_ago=60 - number % 5)
        # The last forty are asked what they buy next; the first say what that may be.
        shop.buys(customer, mine[2], days_ago=50 if number < 20 else 1)
    learning = shop.learnt()
    assert learning.report["tested"] >= 30
    assert {one["method"] for one in learning.report["outcomes"]} == set(Method)
    couples = Neighbour.objects.values_list("product__name", "neighbour__name")
    assert all(one.split()[0] == other.split()[0] for one, other in couples)


def test_only_one_at_a_time() -> None:
    first = running.queue(by=None)
    assert first
    assert running.queue(by=None) is None
    running.run(first.pk)
    assert running.queue(by=None)


def test_a_dead_workers_learning_is_taken_over_and_done_once() -> None:
    sell_together()
    queued = running.queue(by=None)
    assert queued
    # Killed after it had claimed the row: nothing else is left of it.
    dead = leasing._claim(Learning, queued.pk)
    assert dead
    running.sweep()
    queued.refresh_from_db()
    assert queued.status == Leased.Status.RUNNING
    Learning.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    running.sweep()
    queued.refresh_from_db()
    assert (queued.status, queued.attempts) == (Leased.Status.DONE, 2)
    with pytest.raises(leasing.LostLease):
        dead.finish(method=Method.EASE)
    assert Figures.objects.count() == 2


def test_a_late_worker_publishes_nothing() -> None:
    queued = running.queue(by=None)
    assert queued

    def work(held: Held[Learning]) -> None:
        Learning.objects.update(lease_token="another")
        held.finish()

    leasing.run(Learning, queued.pk, work)
    queued.refresh_from_db()
    assert queued.status == Leased.Status.RUNNING


def test_what_fails_again_and_again_is_given_up() -> None:
    queued = running.queue(by=None)
    assert queued

    def work(held: Held[Learning]) -> None:
        raise ValueError

    for _ in range(leasing.MOST_ATTEMPTS):
        with pytest.raises(ValueError):
            leasing.run(Learning, queued.pk, work)
        Learning.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    leasing.sweep(Learning, work)
    queued.refresh_from_db()
    assert (queued.status, queued.error) == (Leased.Status.FAILED, "ValueError")


def test_every_night_once_somebody_began() -> None:
    running.queue_if_due()
    assert not Learning.objects.exists()
    shop.learnt()
    running.queue_if_due()
    assert Learning.objects.count() == 1
    Learning.objects.update(created_at=timezone.now() - timedelta(days=1))
    running.queue_if_due()
    running.queue_if_due()
    assert Learning.objects.count() == 2
