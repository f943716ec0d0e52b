"""Renewing two hundred segments of everybody, following who changed, and counting while somebody builds."""

from collections.abc import Iterator
from functools import partial

from django.db import connection
from django.utils import timezone

from crm.accounts.models import User
from crm.accounts.policy import Role
from crm.bench import filling
from crm.bench.harness import Baseline, Result, bench, milliseconds, peak_mb, say, spread, timed
from crm.bench.rules import Maker
from crm.bench.running import fill
from customers.models import Customer
from segments import counting, following, membership, rules
from segments.models import Membership, Segment

NUMBER = 200
COUNTED = 60
CHANGED = 10_000
# Who buys, moves or writes between one night and the next, of a thousand.
OF_A_DAY = 10
TABLES = "orders_order, orders_rollup, customers_customer, segments_membership"
ORDER = """
    INSERT INTO orders_order (customer_id, source, external_id, channel, status, placed_at, amount, refunded,
        currency, items)
    SELECT id, 'bench', gen_random_uuid()::text, 'web', 'completed', now(), 120, 0, 'CNY', 1
    FROM customers_customer WHERE {who}
"""
TOUCH = "UPDATE customers_customer SET touched_at = now() WHERE {who}"
ROLLUP = """
    UPDATE orders_rollup SET orders = orders + 1, days = days + 1, total = total + 120,
        first_order_at = coalesce(first_order_at, now()), last_order_at = now()
    FROM customers_customer WHERE customer_id = id AND {who}
"""


@bench("segments", rows=1_000_000)
def segments(rows: int) -> Iterator[Result]:
    fill(rows)
    owner = filling.colleague(Role.MARKETING)
    Segment.objects.filter(name__startswith="Bench ").delete()
    maker = Maker()
    made = maker.segments(NUMBER, owner)
    say(f"{Segment.objects.count()} segments over {Customer.objects.count():,} customers")
    first = _sweep()
    bare = _bare(made)
    rate = len(made) / first
    unit = "segments/s"
    yield Result("segments, first count", rows, first, rate, unit, bare, rate / bare.rate, peak_mb=peak_mb())
    say(f"{Membership.objects.count():,} memberships")
    _a_day_passes()
    yield _result("segments, every night", len(made), _sweep())
    following.follow()
    _some_change(rows)
    with timed() as watch:
        followed = following.follow()
    yield _result("segments, following", followed, watch.seconds)
    yield _counting(maker, owner, rows)


def _bare(made: list[Segment]) -> Baseline:
    """How fast each rule is counted by a statement of its own, nothing kept."""
    some = made[::10]
    with timed() as watch:
        for one in some:
            rules.members(rules.parse(one.rule)).count()
    return Baseline("each rule counted by itself", len(some) / watch.seconds)


def _result(name: str, rows: int, seconds: float) -> Result:
    return Result(name, rows, seconds, peak_mb=peak_mb())


def _sweep() -> float:
    Segment.objects.update(asked_at=timezone.now(), lease_until=None)
    with timed() as watch:
        membership.sweep()
    if late := Segment.objects.stale(before=membership.newest_news()).count():
        raise RuntimeError(f"{late} segments were not counted.")
    return watch.seconds


def _a_day_passes() -> None:
    _buy(f"id %% 1000 < {OF_A_DAY}")


def _some_change(rows: int) -> None:
    _buy(f"id <= (SELECT min(id) + {min(CHANGED, rows // 10)} FROM customers_customer)")


def _buy(who: str) -> None:
    """An order each, as an import would write it."""
    with connection.cursor() as cursor:
        for sql in (ORDER, TOUCH, ROLLUP):
            cursor.execute(sql.format(who=who), [])
        cursor.execute(f"VACUUM (ANALYZE) {TABLES}")


def _counting(maker: Maker, owner: User, rows: int) -> Result:
    """The live count of rules with five conditions each."""
    counts = []
    for _time in range(COUNTED):
        rule = rules.parse(maker.rule(conditions=5))
        asked = rules.narrow(Customer.objects.visible_to(owner), rule)
        counts.append(milliseconds(partial(counting.count, asked)))
    middle, most = spread(counts)
    return Result("segments, count while building", rows, p50_ms=middle, p95_ms=most)
