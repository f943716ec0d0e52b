"""Files of orders: whose they are, what they add up to, and that they come once."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from customers import factories
from customers.imports.tests.conftest import Import, counts, reasons, shared
from customers.models import Customer
from customers.orders.models import Order, OrderLine, Product, Rollup
from customers.timeline.models import Entry

pytestmark = pytest.mark.django_db

ORDERS = {"kind": "orders"}


def test_an_order_comes_in_with_its_customer_entry_and_rollup(take: Import) -> None:
    take("customer_no,name\nC1,Li Ming\n")

    job = take(
        "订单号,客户编号,下单时间,金额,数量,币种,状态,渠道\n"
        'A1,C1,2024-01-31 20:15,"¥1,234.50",3,,交易成功,门店\n',
        **ORDERS,
    )

    assert counts(job) == (1, 0, 0, 0, 0)
    order = Order.objects.get()
    assert order.customer == Customer.objects.get(name="Li Ming")
    assert (order.source, order.external_id, order.amount, order.items) == (
        "file",
        "A1",
        Decimal("1234.50"),
        3,
    )
    assert (order.currency, order.status, order.channel) == ("CNY", "completed", "store")
    assert order.placed_at == datetime(2024, 1, 31, 12, 15, tzinfo=UTC)
    entry = Entry.objects.get()
    assert (entry.source, entry.source_id, entry.kind, entry.channel) == (
        "order",
        str(order.pk),
        "order.placed",
        "store",
    )
    assert "A1" in entry.summary
    assert "1,234.50" in entry.summary
    rollup = order.customer.rollup
    assert (rollup.orders, rollup.days, rollup.total) == (1, 1, Decimal("1234.50"))
    assert rollup.last_order_at == order.placed_at


def test_an_unknown_number_makes_a_customer_whose_name_a_later_file_fills(take: Import) -> None:
    take("order no,customer_no,date,amount\nA1,C7,2024-01-31,10\nA2,C7,2024-02-28,20\n", **ORDERS)
    made = Customer.objects.get()
    assert (made.name, made.touched_at) == ("C7", datetime(2024, 2, 27, 16, tzinfo=UTC))

    assert counts(take("customer_no,name\nC7,Li Ming\n")) == (0, 1, 0, 0, 0)

    made.refresh_from_db()
    assert made.name == "Li Ming"
    assert made.rollup.total == 30


def test_the_same_orders_again_change_nothing(take: Import) -> None:
    content = "order no,customer_no,date,amount\nA1,C1,2024-01-31,10\nA2,C1,2024-02-28,20\n"
    take(content, **ORDERS)
    before = list(Order.objects.order_by("pk").values())

    assert counts(take(content, **ORDERS)) == (0, 0, 2, 0, 0)
    assert list(Order.objects.order_by("pk").values()) == before
    assert Entry.objects.count() == 2


def test_equal_lines_without_a_number_are_purchases_of_their_own(take: Import) -> None:
    line = "C1,2024-01-31,1,9.90\n"
    content = f"customer_no,date,quantity,amount\n{line}{line}C1,2024-02-01,1,5\n{line}"

    assert counts(take(content, **ORDERS)) == (4, 0, 0, 0, 0)
    assert counts(take(content, **ORDERS)) == (0, 0, 4, 0, 0)
    assert Customer.objects.get().rollup.orders == 4
    assert counts(take(content + line, **ORDERS)) == (1, 0, 4, 0, 0)


def test_a_correction_moves_the_order_its_entry_and_both_rollups(take: Import) -> None:
    take("order no,customer_no,date,amount\nA1,C1,2024-01-31,10\nA2,C1,2024-01-31,20\n", **ORDERS)

    job = take(
        "order no,customer_no,date,amount,status\nA1,C2,2024-01-31,12,\nA2,C1,2024-01-31,20,cancelled\n",
        **ORDERS,
    )

    assert counts(job) == (0, 2, 0, 0, 0)
    one, two = (Customer.objects.get(profiles__source_key=key) for key in ("C1", "C2"))
    assert (one.rollup.orders, one.rollup.total, one.rollup.last_order_at) == (0, Decimal(0), None)
    assert (two.rollup.orders, two.rollup.total) == (1, Decimal(12))
    assert Entry.objects.get(source_id=str(Order.objects.get(external_id="A1").pk)).customer == two


def test_what_a_file_does_not_say_stays(take: Import) -> None:
    take("order no,customer_no,date,amount,status,渠道\nA1,C1,2024-01-31,10,completed,微信\n", **ORDERS)

    assert counts(take("order no,customer_no,date,amount\nA1,C1,2024-01-31,10\n", **ORDERS)) == (
        0,
        0,
        1,
        0,
        0,
    )
    assert Order.objects.get().channel == "wechat"


def test_rows_of_one_order_are_its_articles(take: Import) -> None:
    content = (
        "订单号,客户编号,下单时间,商品编号,商品名称,单价,数量\n"
        "A1,C1,2024-01-31,P1,Tea,10,2\nA1,C1,2024-01-31,P2,Cup,5,1\nA1,C1,2024-01-31,P1,Tea,10,1\n"
        "A2,C1,2024-02-01,P2,,5,3\n"
    )

    assert counts(take(content, **ORDERS)) == (4, 0, 0, 0, 0)
    first = Order.objects.get(external_id="A1")
    assert (first.amount, first.items) == (Decimal(35), 4)
    assert set(first.lines.values_list("product__sku", "quantity", "amount")) == {
        ("P1", 3, Decimal(30)),
        ("P2", 1, Decimal(5)),
    }
    assert Product.objects.get(sku="P2").name == "Cup"
    assert counts(take(content, **ORDERS)) == (0, 0, 4, 0, 0)
    assert OrderLine.objects.count() == 3

    assert counts(take(content.replace("P2,Cup,5,1", "P2,Cup,5,2"), **ORDERS)) == (0, 3, 1, 0, 0)
    first.refresh_from_db()
    assert (first.amount, first.items, first.customer.rollup.total) == (Decimal(40), 5, Decimal(55))


def test_an_order_is_not_torn_apart_by_the_border_of_a_chunk(
    take: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 2)
    rows = "".join(f"A1,C1,2024-01-31,P{number},1\n" for number in range(5))

    assert counts(take(f"订单号,客户编号,日期,货号,金额\n{rows}A2,C1,2024-02-01,P1,1\n", **ORDERS)) == (
        6,
        0,
        0,
        0,
        0,
    )
    assert Order.objects.get(external_id="A1").amount == 5


def test_an_order_whose_rows_stand_apart_adds_up_all_the_same(
    take: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.imports.importers.ROWS", 2)
    take(
        "订单号,客户编号,日期,货号,金额\nA1,C1,2024-01-31,P1,1\nA2,C1,2024-01-31,P1,1\nA1,C1,2024-01-31,P2,5\n",
        **ORDERS,
    )

    assert Order.objects.get(external_id="A1").amount == 6


def test_refunds_are_taken_off(take: Import) -> None:
    job = take(
        "order no,customer_no,date,amount,refunded\nA1,C1,2024-01-31,100,30\nA2,C1,2024-01-31,5,6\n", **ORDERS
    )

    assert reasons(job) == [(2, "refunded", "refund_above_amount")]
    assert Rollup.objects.get().total == 70


def test_a_phone_alone_finds_whoever_alone_has_it(take: Import) -> None:
    take("number,name,phone\n1,Li,13800138000\n2,Wang,13900139000\n3,Zhao,13900139000\n")

    job = take(
        "order no,phone,date,amount\nA1,138 0013 8000,2024-01-31,10\nA2,13900139000,2024-01-31,10\n"
        "A3,13700137000,2024-01-31,10\nA4,,2024-01-31,10\n",
        **ORDERS,
    )

    assert Order.objects.get().customer.name == "Li"
    assert reasons(job) == [(2, "", "shared_contact"), (3, "", "unknown_buyer"), (4, "", "no_buyer")]


def test_a_name_beside_a_shared_phone_decides_and_an_unknown_one_is_made(take: Import) -> None:
    take("number,name,phone\n2,Wang,13900139000\n3,Zhao,13900139000\n")

    take(
        "order no,收货人,phone,date,amount\n"
        "A1,zhao,13900139000,2024-01-31,10\nA2,Sun,13700137000,2024-01-31,10\n",
        **ORDERS,
    )

    assert Order.objects.get(external_id="A1").customer.name == "Zhao"
    assert Order.objects.get(external_id="A2").customer.phone == "+8613700137000"


def test_orders_change_nothing_about_known_customers(take: Import) -> None:
    take("number,name,phone\n1,Li Ming,13800138000\n")

    take("order no,customer_no,收货人,phone,date,amount\nA1,1,Mother,13900139000,2024-01-31,10\n", **ORDERS)

    known = Customer.objects.get()
    assert (known.name, known.phone, known.version) == ("Li Ming", "+8613800138000", 1)


def test_what_is_no_order_says_why(take: Import) -> None:
    job = take(
        "order no,customer_no,date,amount,quantity,currency,status\n"
        "1,C1,,10,,,\n2,C1,2024-01-31,,,,\n3,C1,0000-00-00,10,,,\n4,C1,2024-01-31,-5,,,\n"
        f"5,C1,2024-01-31,{'9' * 5000},,,\n6,C1,2024-01-31,1,0,,\n7,C1,2024-01-31,1,,??,\n"
        "8,C1,2024-01-31,1,,,odd\n9,C1,2150-01-31,1,,,\n",
        **ORDERS,
    )

    assert [reason for _line, _column, reason in reasons(job)] == [
        "no_date", "no_amount", "bad_date", "negative_amount", "too_large", "bad_quantity", "bad_currency",
        "bad_choice", "future_date",
    ]  # fmt: skip
    assert not Order.objects.exists()


def test_a_file_without_the_columns_of_an_order_is_told_row_by_row(take: Import) -> None:
    assert reasons(take("a,b\n1,2\n3,4\n", **ORDERS)) == [(1, "", "no_date"), (2, "", "no_date")]


def test_amounts_too_large_together_are_refused_not_crashed(take: Import) -> None:
    rows = "".join(f"A1,C1,2024-01-31,999999999999,P{number}\n" for number in range(3))

    job = take(f"order no,customer_no,date,amount,sku\n{rows}", **ORDERS)

    assert counts(job) == (1, 0, 0, 0, 2)
    assert Order.objects.get().amount == 999999999999


def test_only_the_company_s_currency_is_added_up(take: Import) -> None:
    take("order no,customer_no,date,amount\nA1,C1,2024-01-31,10\nA2,C1,2024-02-01,US$20\n", **ORDERS)

    rollup = Rollup.objects.get()
    assert (rollup.orders, rollup.days, rollup.total) == (2, 2, Decimal(10))
    assert Order.objects.get(external_id="A2").currency == "USD"


def test_a_new_order_is_activity(take: Import) -> None:
    made = factories.customer(name="Li", touched_at=datetime(2020, 1, 1, tzinfo=UTC))
    profile = factories.identity(made, "number", "C1", scope="shop").profile
    profile.source_key = "C1"
    profile.save()

    take("order no,customer_no,date,amount\nA1,C1,2024-01-31,10\n", source="shop", **ORDERS)

    made.refresh_from_db()
    assert made.touched_at == datetime(2024, 1, 30, 16, tzinfo=UTC)


def test_a_deleted_customer_gets_no_orders(take: Import) -> None:
    take("number,name\n1,Li\n")
    Customer.objects.update(deleted_at=timezone.now())

    job = take("order no,customer_no,date,amount\nA1,1,2024-01-31,10\n", **ORDERS)

    assert reasons(job) == [(1, "", "customer_deleted")]


@pytest.mark.slow
def test_real_orders_come_in(take: Import) -> None:
    job = take(shared("cdnow/orders.csv"), **ORDERS)

    assert counts(job) == (6919, 0, 0, 0, 0)
    assert Customer.objects.count() == 2357
    assert Rollup.objects.filter(orders__gt=0).count() == 2357
    assert sum(Rollup.objects.values_list("total", flat=True)) == sum(
        Order.objects.values_list("amount", flat=True)
    )
    four = Customer.objects.get(profiles__source_key="00004").rollup
    assert (four.orders, four.days, four.total) == (4, 4, Decimal("100.50"))
    assert counts(take(shared("cdnow/orders.csv"), **ORDERS)) == (0, 0, 6919, 0, 0)
