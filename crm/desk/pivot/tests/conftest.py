"""A small company whose orders, products and contacts take every kind of value, empty ones included."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.models import Team, User
from crm.accounts.policy import Role
from customers import factories
from customers.models import Customer
from customers.orders.models import Order, OrderLine, Product, Rollup
from customers.timeline.models import Entry
from segments.scoring.models import Group, Score

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def teams() -> list[Team]:
    return [people.team("North"), people.team("South")]


@pytest.fixture
def seller(teams: list[Team]) -> User:
    return people.user(Role.SALES, teams=(teams[0],))


@pytest.fixture
def marketer() -> User:
    return people.user(Role.MARKETING)


@pytest.fixture
def as_marketer(client: Client, marketer: User) -> Client:
    client.force_login(marketer)
    return client


@pytest.fixture
def base(teams: list[Team], seller: User) -> list[Customer]:
    dice = Random(7)
    products = Product.objects.bulk_create(
        Product(sku=str(number), name=f"Product {number}", category=category)
        for number, category in enumerate(["Tea", "Tea", "Coffee", "", "=1+1"])
    )
    made = [_customer(dice, teams, seller) for _number in range(14)]
    for customer in made:
        _score(dice, customer)
        for _number in range(dice.randrange(5)):
            _order(dice, customer, products)
        for _number in range(dice.randrange(4)):
            _touch(dice, customer)
    return made


def moment(dice: Random) -> datetime:
    """Also minutes before and after midnight of Shanghai, which is 16:00 of Greenwich."""
    day = BEGINNING + timedelta(days=dice.randrange(320))
    return day + timedelta(minutes=dice.choice([0, 479, 481, 959, 961, 1439]))


def _customer(dice: Random, teams: list[Team], seller: User) -> Customer:
    made: Customer = factories.customer(
        kind=dice.choice(Customer.Kind.values),
        city=dice.choice(["", "上海", "Wuhan", "O'Fallon"]),
        source=dice.choice(["", "shop", "fair"]),
        gender=dice.choice(["", "female", "male"]),
        team=dice.choice([None, *teams]),
        owner=dice.choice([None, seller]),
        created_at=moment(dice),
    )
    orders = dice.randrange(3)
    at = made.created_at if orders else None
    Rollup.objects.filter(customer=made).update(
        orders=orders, total=orders * dice.randrange(1, 900), first_order_at=at, last_order_at=at
    )
    return made


def _score(dice: Random, customer: Customer) -> None:
    if dice.random() < 0.7:
        Score.objects.create(
            customer=customer,
            recency=3,
            frequency=3,
            monetary=3,
            group=dice.choice(Group.values),
            stage=dice.choice(["new", "active", "lost"]),
        )


def _order(dice: Random, customer: Customer, products: list[Product]) -> None:
    amount = dice.randrange(0, 9000)
    made = factories.order(
        customer,
        amount=amount,
        refunded=dice.choice([0, 0, amount // 3]),
        placed_at=moment(dice),
        status=dice.choice(Order.Status.values),
        channel=dice.choice(["web", "store", "wechat"]),
        items=dice.randrange(1, 5),
    )
    if dice.random() < 0.2:
        Order.objects.filter(pk=made.pk).update(currency="EUR")
    OrderLine.objects.bulk_create(
        OrderLine(order=made, product=one, quantity=dice.randrange(1, 4), amount=dice.randrange(500))
        for one in dice.sample(products, dice.randrange(3))
    )


def _touch(dice: Random, customer: Customer) -> None:
    factories.entry(
        customer,
        kind=dice.choice(["visit", "call", "message"]),
        channel=dice.choice(["store", "phone", "staff"]),
        direction=dice.choice(Entry.Direction.values),
        occurred_at=moment(dice),
    )
