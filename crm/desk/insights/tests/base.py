"""A small company made by dice, as rows for the database and as frames for pandas."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from django.db import connection
from django.utils import timezone

from channels.inbox.models import Conversation
from channels.reports.models import Rating
from crm.accounts import factories as people
from crm.accounts.models import User
from crm.accounts.policy import Role
from customers.models import Customer
from customers.orders import rollups
from customers.orders.models import Order, OrderLine, Product
from customers.timeline.models import Entry
from segments.scoring import running
from segments.scoring.models import Score

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLACES = [
    ("CN", "上海", "SH"),
    ("CN", "上海市", "SH"),
    ("", "Shanghai", "SH"),
    ("CN", " 广东省 ", "GD"),
    ("CN", "GUANGDONG", "GD"),
    ("CN", "新疆维吾尔自治区", "XJ"),
    ("HK", "Kowloon", "HK"),
    ("CN", "香港", "HK"),
    ("TW", "", "TW"),
    ("", "", "none"),
    ("CN", "Atlantis", "none"),
    ("US", "California", "US"),
    ("US", "上海", "US"),
    ("CA", "Ontario", "CA"),
]
CHANNELS = ["wechat", "email", "phone", "store", "web", "staff"]
ARTICLES = [
    ("C1", "Beans", "Coffee"),
    ("C2", "Capsules", "Coffee"),
    ("T1", "Teapot", "Tea"),
    ("X1", "Card", ""),
]


@dataclass
class Base:
    """Everybody, and who may see whom. `now` is when all of it was made."""

    now: datetime
    users: dict[str, User]
    reach: dict[str, set[int]]
    customers: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    touches: pd.DataFrame
    ratings: pd.DataFrame
    scores: pd.DataFrame
    # What was counted of it already.
    shown: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()


def build(size: int = 160) -> Base:
    dice, now = random.Random(11), timezone.now()
    team = people.team()
    users = {
        "all": people.user(Role.MARKETING),
        "team": people.user(Role.MANAGER, teams=(team,)),
        "own": people.user(Role.SALES),
    }
    customers = _customers(dice, size, now, users["own"], team.pk)
    orders = _orders(dice, customers, now)
    lines = _lines(dice, orders)
    touches, ratings = _touches(dice, customers, now), _ratings(dice, customers, now)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE everybody AS SELECT id AS customer_id FROM customers_customer")
        rollups.refresh(cursor, "everybody")
        cursor.execute("DROP TABLE everybody")
    run = running.queue(by=None)
    assert run is not None
    running.run(run.pk)
    present = {one.pk for one in customers if one.deleted_at is None}
    return Base(
        now,
        users,
        {
            "all": present,
            "team": {one.pk for one in customers if one.team_id == team.pk} & present,
            "own": {one.pk for one in customers if one.owner_id == users["own"].pk} & present,
        },
        _frame(customers, "pk country province"),
        _frame(orders, "pk customer_id placed_at amount refunded currency status channel"),
        _frame(lines, "order_id product_id quantity amount"),
        _frame(touches, "pk customer_id channel direction kind occurred_at"),
        pd.DataFrame(ratings, columns=["customer_id", "at", "score"]),
        pd.DataFrame(Score.objects.values_list("customer_id", "stage"), columns=["customer_id", "stage"]),
    )


def _customers(dice: random.Random, size: int, now: datetime, seller: User, team: int) -> list[Customer]:
    made = []
    for number in range(size):
        country, province, _code = PLACES[number % len(PLACES)]
        made.append(
            Customer(
                name=f"Somebody {number}",
                country=country,
                province=province,
                owner=seller if number % 4 == 0 else None,
                team_id=team if number % 3 == 0 else None,
                created_at=now - timedelta(days=dice.randint(0, 1200)),
                deleted_at=now if number % 17 == 5 else None,
            )
        )
    return Customer.objects.bulk_create(made)


def _orders(dice: random.Random, customers: list[Customer], now: datetime) -> list[Order]:
    """Regulars and passers-by; also at the edges of days, given back, cancelled, dated ahead."""
    made: list[Order] = []
    for customer in customers:
        wanted = dice.choice([0, 1, 1, 2, 3, 5, 9, 24])
        begun, pace = dice.randint(1, 1150), dice.choice([20, 60, 200])
        for turn in range(wanted):
            back = begun - turn * dice.randint(1, pace)
            made.append(_order(dice, customer, len(made), _moment(dice, now, back)))
        if dice.random() < 0.04:
            made.append(_order(dice, customer, len(made), now + timedelta(days=5)))
    return Order.objects.bulk_create(made)


def _order(dice: random.Random, customer: Customer, number: int, at: datetime) -> Order:
    amount = Decimal(dice.choice([1990, 4999, 5000, 12000, 49999, 50000, 230000, 1200000])) / 100
    status = dice.choices(["completed", "ordered", "cancelled", "refunded"], [85, 5, 5, 5])[0]
    partly = amount / 2 if dice.random() < 0.1 else Decimal(0)
    return Order(
        customer=customer,
        source="shop",
        external_id=f"I-{number}",
        placed_at=at,
        amount=amount,
        refunded=(amount if status == "refunded" else partly).quantize(Decimal("0.01")),
        currency="USD" if dice.random() < 0.08 else "CNY",
        status=status,
        channel=dice.choice(["web", "store", "wechat"]),
    )


def _moment(dice: random.Random, now: datetime, back: int) -> datetime:
    """A moment so many days ago (never ahead), often the very edge of a day or of a month."""
    day = now.astimezone(SHANGHAI).date() - timedelta(days=max(back, 0))
    if dice.random() < 0.2:
        day = day.replace(day=1)
    clock = dice.choice([time(0, 0), time(23, 59, 59, 999999), time(dice.randint(0, 23), 30)])
    return min(datetime.combine(day, clock, SHANGHAI), now - timedelta(seconds=1))


def _lines(dice: random.Random, orders: list[Order]) -> list[OrderLine]:
    products = Product.objects.bulk_create(
        [Product(sku=sku, name=name, category=category) for sku, name, category in ARTICLES]
    )
    made = []
    for order in orders:
        for product in dice.sample(products, dice.choice([1, 1, 2])):
            amount = (order.amount / 2).quantize(Decimal("0.01"))
            made.append(OrderLine(order=order, product=product, quantity=dice.randint(1, 3), amount=amount))
    return OrderLine.objects.bulk_create(made)


def _touches(dice: random.Random, customers: list[Customer], now: datetime) -> list[Entry]:
    made: list[Entry] = []
    for customer in customers:
        for _turn in range(dice.choice([0, 1, 3, 6, 12])):
            kind = dice.choice(["message", "call", "order"])
            made.append(
                Entry(
                    customer=customer,
                    kind=kind,
                    channel=dice.choice(CHANNELS),
                    direction="in" if kind == "order" else dice.choice(["in", "out", "out"]),
                    occurred_at=_moment(dice, now, dice.choice([1, 20, 45, 200, 500, 900])),
                    summary="Touch",
                    source="dice",
                    source_id=f"{customer.pk}-{len(made)}",
                )
            )
    return Entry.objects.bulk_create(made)


def _ratings(
    dice: random.Random, customers: list[Customer], now: datetime
) -> list[tuple[int, datetime, int]]:
    made = []
    for customer in customers[::2]:
        at = _moment(dice, now, dice.choice([0, 10, 60, 89, 90, 120, 179, 180, 300]))
        talk = Conversation.objects.create(customer=customer, opened_at=at, is_main=False)
        score = dice.randint(1, 5)
        Rating.objects.create(conversation=talk, score=score, at=at, asked_at=at)
        made.append((customer.pk, at, score))
    return made


def _frame(rows: Iterable[object], names: str) -> pd.DataFrame:
    columns = names.split()
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in rows], columns=columns)
