"""What predictions are made of, against plain loops over the orders."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import factories as customers
from customers.factories import order
from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import Order
from customers.timeline.models import Entry
from segments.predicting import statistics

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 1, 12, tzinfo=SHANGHAI)
Told = tuple[int, float, int, int, str, str]
ORDERS = st.lists(
    st.tuples(
        st.integers(0, 2),  # customer
        st.floats(-5, 500),  # days ago; some are yet to come
        st.integers(0, 500),  # amount
        st.integers(0, 100),  # percent given back
        st.sampled_from(["CNY", "CNY", "USD"]),
        st.sampled_from(["completed", "completed", "ordered", "cancelled", "refunded"]),
    ),
    max_size=12,
)


def add_up(*people: Customer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS told (customer_id bigint)")
        cursor.execute("TRUNCATE told")
        cursor.execute("INSERT INTO told SELECT unnest(%s)", [[one.pk for one in people]])
        rollups.refresh(cursor, "told")


def told() -> dict[int, tuple[float, ...]]:
    ids, known, _engagement = statistics.everybody(NOW)
    columns = (known.days, known.first, known.last, known.total, known.spent, known.quarter, known.month)
    return {int(pk): tuple(row) for pk, *row in zip(ids, *columns, strict=True)}


def by_hand(orders: list[Order]) -> dict[int, tuple[float, ...]]:
    today = NOW.date()
    mine: dict[int, list[tuple[date, float]]] = defaultdict(list)
    for one in orders:
        day = one.placed_at.astimezone(SHANGHAI).date()
        if day <= today and one.status not in ("cancelled", "refunded"):
            money = one.amount - one.refunded if one.currency == "CNY" else Decimal(0)
            mine[one.customer_id].append((day, float(money)))
    found: dict[int, tuple[float, ...]] = {}
    for pk, bought in mine.items():
        days = {day for day, _money in bought}
        ages = [(today - day).days for day, _money in bought]
        found[pk] = (
            len(days),
            (min(days) - statistics.EPOCH).days,
            (max(days) - statistics.EPOCH).days,
            sum(money for _day, money in bought),
            sum(money for (_day, money), age in zip(bought, ages, strict=True) if age < 365),
            sum(age < 91 for age in ages),
            sum(age < 28 for age in ages),
        )
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=ORDERS)
def test_refunds_currencies_and_the_future_count_as_by_hand(
    made: list[tuple[int, float, int, int, str, str]],
) -> None:
    Order.objects.all().delete()
    Customer.objects.all().delete()
    people = [customers.customer() for _number in range(3)]
    orders = [
        order(
            people[who],
            placed_at=NOW - timedelta(days=ago),
            amount=Decimal(amount),
            refunded=Decimal(amount) * back / 100,
            currency=currency,
            status=status,
        )
        for who, ago, amount, back, currency, status in made
    ]
    add_up(*people)
    expected = by_hand(orders)
    found = told()
    assert found.keys() == expected.keys()
    for pk, row in expected.items():
        assert found[pk] == pytest.approx(row)
    history = statistics.sampled(NOW, len(expected))
    if len(history.customer):
        window = history.at(history.today, 90)
        columns = (window.known.days, window.known.first, window.known.last, window.known.total)
        for pk, *figures in zip(np.unique(history.customer), *columns, strict=True):
            assert tuple(figures) == pytest.approx(expected[int(pk)][:4])


def test_deleted_customers_are_not_told_of() -> None:
    one = customers.customer()
    order(one, placed_at=NOW)
    add_up(one)
    Customer.objects.filter(pk=one.pk).update(deleted_at=NOW)
    assert told() == {}
    assert len(statistics.sampled(NOW, 1).customer) == 0


def test_nobody_at_all_is_nothing() -> None:
    ids, known, engagement = statistics.everybody(NOW)
    assert len(ids) == len(known) == len(engagement) == 0
    assert statistics.sampled(NOW, 0).span == 0


def touch(customer: Customer, channel: str, direction: str, days_ago: float, kind: str = "message") -> None:
    Entry.objects.create(
        customer=customer,
        channel=channel,
        direction=direction,
        kind=kind,
        occurred_at=NOW - timedelta(days=days_ago),
        summary="x",
        source="test",
        source_id=str(Entry.objects.count()),
    )


def test_engagement_is_what_customers_do_and_fades() -> None:
    warm, cold, quiet = (customers.customer() for _number in range(3))
    touch(warm, "wechat", "in", 0)
    touch(cold, "wechat", "in", 45)
    for channel, direction, kind in (
        ("email", "out", "campaign.sent"),
        ("web", "in", "order.placed"),
        ("staff", "none", "note"),
    ):
        touch(quiet, channel, direction, 1, kind)
    ids, known, engagement = statistics.everybody(NOW)
    found = dict(zip(ids.tolist(), engagement, strict=True))
    # The day ends twelve hours after NOW.
    assert found[warm.pk] == pytest.approx(100 * 6 / 26, abs=0.5)
    assert found[cold.pk] == pytest.approx(100 * 3 / 23, abs=0.5)
    assert quiet.pk not in found
    assert known.days.sum() == 0


def test_midnight_is_that_of_the_company() -> None:
    one = customers.customer()
    order(one, placed_at=datetime(2026, 5, 31, 23, 59, tzinfo=SHANGHAI))
    order(one, placed_at=datetime(2026, 6, 1, 0, 0, tzinfo=SHANGHAI))
    add_up(one)
    days, first, last, *_rest = told()[one.pk]
    assert (days, last - first) == (2, 1)
    assert statistics.day_of(last) == date(2026, 6, 1)
