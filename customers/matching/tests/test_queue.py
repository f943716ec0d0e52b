"""Whoever changes waits to be matched, exactly once, also when a worker dies."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.accounts import factories as people
from crm.accounts.policy import Role
from customers import factories, services
from customers.identity import stating
from customers.imports import runner
from customers.imports.models import ImportJob
from customers.matching import digests, pairs, queue, working
from customers.matching.models import Pair, Record, Stale
from customers.models import Customer

pytestmark = pytest.mark.django_db
WANG = {"name": "王小明", "phone": "+8613812345679", "city": "上海", "birthday": date(1985, 3, 8)}


@pytest.fixture
def clerk() -> Any:
    return people.user(Role.OPERATIONS)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Pair]:
    """What the deciders are given."""
    given: list[Pair] = []
    deciders: list[Callable[[Sequence[Pair]], None]] = [given.extend]
    monkeypatch.setattr(working, "_deciders", deciders)
    return given


def work() -> None:
    while queue.work():
        pass


def two(by: Any, **differing: Any) -> tuple[Customer, Customer]:
    made = services.create(WANG, by=by), services.create({**WANG, **differing}, by=by)
    work()
    return made


def test_creating_changing_and_removing_put_a_customer_into_the_queue(clerk: Any) -> None:
    customer = services.create(WANG, by=clerk)
    for change in (
        lambda: None,
        lambda: services.update(customer, {"city": "杭州"}, version=1, by=clerk),
        lambda: stating.add(customer, "shop", ("email", "", "ming@example.com"), by=clerk),
        lambda: services.remove(customer, by=clerk),
        lambda: services.restore(customer, by=clerk),
    ):
        change()
        assert Stale.objects.filter(customer=customer).exists()
        work()
        assert not Stale.objects.exists()


def test_two_who_are_alike_become_a_pair_with_reasons(clerk: Any, handed: list[Pair]) -> None:
    one, other = two(clerk)
    (pair,) = Pair.objects.all()
    assert (pair.low, pair.high, pair.found, pair.state) == (one, other, "change", "open")
    assert pair.is_sure
    assert pair.bits == pytest.approx(pair.prior + sum(why["bits"] for why in pair.reasons), abs=0.1)
    assert handed == [pair]


def test_strangers_are_no_pair(clerk: Any) -> None:
    two(clerk, name="李四光", phone="+8613912345670", birthday=date(1970, 5, 6))
    assert not Pair.objects.exists()


def test_a_pair_follows_the_data_and_goes_when_nothing_speaks_for_it(clerk: Any) -> None:
    _one, other = two(clerk)
    before = Pair.objects.get().bits
    services.update(other, {"birthday": date(1977, 1, 3)}, version=1, by=clerk)
    work()
    assert Pair.objects.get().bits < before
    assert Pair.objects.get().is_vetoed
    fresh = {"name": "李四光", "phone": "+8613912345670", "city": "北京"}
    services.update(other, fresh, version=2, by=clerk)
    work()
    assert not Pair.objects.exists()


def test_who_is_not_the_same_stays_so_until_the_data_change(clerk: Any, handed: list[Pair]) -> None:
    one, other = two(clerk)
    Pair.objects.update(state="apart", decided_at=timezone.now(), decided_by=clerk)
    handed.clear()
    queue.mark([one.pk, other.pk])
    work()
    assert (Pair.objects.get().state, handed) == ("apart", [])
    services.update(other, {"email": "ming.w@example.com"}, version=1, by=clerk)
    work()
    pair = Pair.objects.get()
    assert (pair.state, pair.decided_at, handed) == ("open", None, [pair])


def test_a_decision_on_a_pair_nobody_described_holds_for_the_data_as_they_are(clerk: Any) -> None:
    one, other = services.create(WANG, by=clerk), services.create(WANG, by=clerk)
    Pair.objects.create(low=one, high=other, bits=0, found="person", state="apart", decided_at=timezone.now())
    work()
    told = [digests.of_customer(Record.objects.filter(customer=who)) for who in (one, other)]
    assert Pair.objects.values_list("state", "digest").get() == ("apart", digests.of_pair(*told))


def test_a_removed_customer_leaves_the_pairs(clerk: Any) -> None:
    _one, other = two(clerk)
    services.remove(other, by=clerk)
    work()
    assert not Pair.objects.exists()


def test_what_a_dead_worker_held_is_taken_again_when_its_lease_is_over(
    clerk: Any, handed: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    services.create(WANG, by=clerk)
    services.create(WANG, by=clerk)
    with monkeypatch.context() as dying:
        dying.setattr(working, "_deciders", [_die])
        with pytest.raises(KeyboardInterrupt):
            queue.work()
    assert (queue.work(), Stale.objects.count(), Pair.objects.count()) == (0, 2, 1)
    Stale.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    assert not Stale.objects.exists()
    # Nothing is new to the second worker, and yet the deciders hear of it.
    assert handed == [Pair.objects.get()]


def _die(found: Sequence[Pair]) -> None:
    raise KeyboardInterrupt


def test_who_changes_while_being_matched_is_matched_once_more(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = services.create(WANG, by=clerk)
    monkeypatch.setattr(working, "_deciders", [lambda found: queue.mark([customer.pk])])
    assert queue.work() == 1
    waiting = Stale.objects.get(customer=customer)
    assert waiting.lease_until is None


def test_an_import_puts_everybody_into_the_queue(clerk: Any) -> None:
    content = "姓名,手机,城市\n王小明,13812345679,上海\n李四光,13912345670,杭州\n".encode()
    job = factories.import_job(
        content, by=clerk, status=ImportJob.Status.QUEUED, mapping={"name": 0, "phone": 1, "city": 2},
        header=["姓名", "手机", "城市"], encoding="utf-8", delimiter=",",
    )  # fmt: skip
    runner.run(job.pk)
    assert set(Stale.objects.values_list("customer", flat=True)) == set(
        Customer.objects.values_list("pk", flat=True)
    )
    assert Stale.objects.count() == 2


def test_marking_twice_waits_once_and_a_hard_deleted_customer_goes() -> None:
    customer = factories.customer()
    queue.mark([customer.pk])
    queue.mark([customer.pk, customer.pk + 1])
    assert Stale.objects.count() == 2
    work()
    assert not Stale.objects.exists()


def test_partners_of_old_pairs_are_weighed_again(clerk: Any) -> None:
    one = services.create(WANG, by=clerk)
    other = services.create({"name": "李四光", "phone": "+8613912345670"}, by=clerk)
    Pair.objects.create(low=one, high=other, bits=5, found="run")
    Pair.objects.filter(found="run").update(found_at=timezone.now())
    assert pairs.partners([one.pk]) == {one.pk: {other.pk}, other.pk: {one.pk}}
    work()
    assert not Pair.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM matching_record")
        assert cursor.fetchone() == (2,)
