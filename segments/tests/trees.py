"""Random rules over every registered fact, and a base in which each of them has something to find."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from channels.consent.models import Consent, ConsentEntry
from crm.accounts import factories as people
from customers.models import Customer
from customers.orders.models import Order, OrderLine, Product, Rollup
from customers.quality.models import Quality
from customers.quality.rules import all_rules
from segments import facts
from segments.factories import score, segment
from segments.facts import Fact, Kind, Operator, Takes
from segments.grouping.models import Belonging
from segments.models import Membership, Segment
from segments.predicting.models import Prediction
from segments.tests import contacts

NOW = datetime(2026, 2, 27, 17, 0, tzinfo=UTC)  # 28 February, 01:00 in Shanghai
WORDS = ["Shanghai", "上海", "shan", "100%", "a_b", "O'Hara", "Tea", "", "Ä"]
BIRTHDAYS = [
    None,
    date(1988, 2, 29),
    date(1990, 2, 28),
    date(2000, 3, 1),
    date(1955, 12, 31),
    date(2026, 2, 27),
]


def base() -> None:
    """Thirty customers who differ in everything a rule can ask about, and often have nothing at all."""
    owner, team = people.user(), people.team()
    groups = [segment(name=f"Group {number}", created_by=owner) for number in range(2)]
    products = [
        Product.objects.create(sku=f"S{number}", name=f"{word} {number}", category=word)
        for number, word in enumerate(WORDS)
    ]
    customers = []
    for number in range(30):
        word = WORDS[number % len(WORDS)]
        customer = Customer.objects.create(
            name=f"{word} {number}",
            kind=Customer.Kind.values[number % 2],
            city=word,
            province=WORDS[number % 4],
            company=WORDS[number % 7],
            gender=["", "female", "male"][number % 3],
            birthday=BIRTHDAYS[number % len(BIRTHDAYS)],
            language=["", "en", "zh-hans"][number % 3],
            tags=[[], ["vip"], ["vip", "Tea"], ["new"]][number % 4],
            source=["", "shop"][number % 2],
            email="a@example.com" if number % 3 else "",
            phone="+8613800000000" if number % 5 else "",
            owner=owner if number % 4 == 0 else None,
            team=team if number % 3 == 0 else None,
            created_at=NOW - timedelta(days=number * 3, hours=number),
            touched_at=NOW - timedelta(hours=number * 9),
        )
        customers.append(customer)
        _orders(customer, number, products)
        if number % 3 == 0:
            Membership.objects.create(segment=groups[number % 2], customer=customer)
        if number % 4:
            _consent(customer, number)
        if number % 6:
            _quality(customer, number)

    contacts.fill(customers, owner, NOW)


def _orders(customer: Customer, number: int, products: list[Product]) -> None:
    count = number % 5
    last = NOW - timedelta(days=number * 11, hours=number * 5) if count else None
    first = last - timedelta(days=number * (count - 1)) if last else None
    Rollup.objects.create(
        customer=customer,
        orders=count,
        days=min(count, 3),
        total=count * 33,
        first_order_at=first,
        last_order_at=last,
    )
    for place in range(count):
        order = Order.objects.create(
            customer=customer,
            source="shop",
            external_id=f"{number}-{place}",
            status=["completed", "cancelled", "refunded"][(number + place) % 3],
            placed_at=NOW - timedelta(days=place * 40, hours=place * 7),
            channel=["web", "store"][place % 2],
            amount=33,
            refunded=place,
            currency=["CNY", "CNY", "USD"][number % 3],
        )
        for more in range(1 + number % 2):
            product = products[(number + place * more) % len(products)]
            OrderLine.objects.create(order=order, product=product, amount=20 + more)
    if count:
        group, stage = [("champion", "active"), ("lost", "lost"), ("new", "new")][number % 3]
        score(
            customer,
            recency=number % 5 + 1,
            frequency=number % 4 + 1,
            monetary=number % 3 + 1,
            group=group,
            stage=stage,
            since=NOW - timedelta(days=number),
            stage_since=NOW - timedelta(days=number * 2),
            previous_group=["", "lost", "new"][number % 3],
            previous_stage=["active", "", "lost"][number % 3],
        )
    _forecast(customer, number, is_buyer=bool(count))


def _forecast(customer: Customer, number: int, *, is_buyer: bool) -> None:
    figures = {
        "lapse_risk": number,
        "expected_orders": number / 4,
        "value": number * 3,
        "potential": 60 - number,
    }
    if number % 7:
        Prediction.objects.create(customer=customer, engagement=number % 50, **(figures if is_buyer else {}))
    if is_buyer:
        Belonging.objects.create(customer=customer, group_id=Segment.objects.order_by("pk")[number % 2].pk)


def _consent(customer: Customer, number: int) -> None:
    state, channel = ["granted", "withdrawn"][number % 2], ["email", "sms"][number % 3 % 2]
    entry = ConsentEntry.objects.create(
        customer=customer, purpose="marketing", channel=channel, state=state, source="test"
    )
    Consent.objects.create(
        customer=customer, purpose="marketing", channel=channel, state=state, entry=entry, at=NOW
    )


def _quality(customer: Customer, number: int) -> None:
    Quality.objects.create(
        customer=customer,
        score=number * 2,
        completeness=number,
        accuracy=60 - number,
        timeliness=number % 7,
        problems=[all_rules()[number % 3].code] if number % 2 else [],
    )


def trees(records: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    leaves = st.sampled_from(facts.all_facts()).flatmap(lambda fact: _leaves(fact, records))
    groups = st.recursive(leaves, lambda children: _groups(children), max_leaves=12)
    return _groups(groups).filter(lambda tree: _depth(tree) <= 5)


def _groups(children: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "match": st.sampled_from(["all", "any", "none"]),
            "rules": st.lists(children, min_size=1, max_size=4),
        }
    )


def _depth(tree: dict[str, Any]) -> int:
    return 1 + max(_depth(child) for child in tree["rules"]) if "rules" in tree else 0


def _leaves(fact: Fact, records: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(fact.operators).flatmap(lambda operator: _leaf(fact, operator, records))


def _leaf(fact: Fact, operator: Operator, records: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    node = {"fact": st.just(fact.key), "op": st.just(operator.key)}
    one = _values(fact, records)
    values: dict[Takes, st.SearchStrategy[Any]] = {
        Takes.ONE: one,
        Takes.MANY: st.lists(one, min_size=1, max_size=3),
        Takes.RANGE: st.tuples(one, one).map(sorted),
        Takes.DAYS: st.integers(0, 400),
        Takes.WINDOW: _windows(fact, records),
    }
    if operator.takes is not Takes.NOTHING:
        node["value"] = values[operator.takes]
    return st.fixed_dictionaries(node)


def _windows(fact: Fact, records: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    """How often, in how many days, of what."""
    of = st.lists(_values(fact, records), max_size=2) if fact.of else st.just([])
    days = st.one_of(st.none(), st.integers(0, 400))
    return st.fixed_dictionaries({"number": st.integers(1, 70), "days": days, "of": of})


def _values(fact: Fact, records: list[int]) -> st.SearchStrategy[Any]:
    if fact.listed is Kind.CHOICE:
        return st.sampled_from([str(value) for value, _label in fact.choices()])
    return {
        Kind.TEXT: st.sampled_from([word for word in WORDS if word] + ["%", "_", "\\"]),
        Kind.TAGS: st.sampled_from(["vip", "Tea", "new", "nothing"]),
        Kind.RECORD: st.sampled_from(records),
        Kind.NUMBER: st.integers(-3, 60),
        Kind.SCORE: st.integers(1, 5),
        Kind.MONEY: st.integers(-5, 200),
        Kind.DECIMAL: st.integers(-2, 20),
        Kind.DATE: st.dates(date(2025, 1, 1), date(2026, 3, 3)).map(str),
        Kind.ANNIVERSARY: st.nothing(),
        Kind.FLAG: st.nothing(),
    }[fact.listed]
