"""Guessing what the columns of a file hold."""

import pytest

from crm.lib.columns import columns_of, guess, title_key, unique_titles
from customers.orders.resources import OrderResource
from customers.resources import CustomerResource

CUSTOMERS, ORDERS = columns_of(CustomerResource), columns_of(OrderResource)


def named(header: str, orders: bool = False) -> dict[str, str]:
    titles = header.split("|")
    found = guess(titles, ORDERS if orders else CUSTOMERS)
    return {name: titles[index] for name, index in found.items()}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("姓名", "name"),
        ("*客户姓名", "name"),
        ("Full Name", "name"),
        ("手机号（必填）", "phone"),
        ("E-Mail", "email"),
        ("邮 箱", "email"),
        ("公司名称", "company"),
        ("职位", "job_title"),
        ("性别", "gender"),
        ("date_of_birth", "birthday"),
        ("省份", "province"),
        ("suburb", "city"),
        ("address_1", "address"),
        ("邮编", "postcode"),
        ("rec_id", "number"),
        ("会员卡号", "card"),
        ("OpenID", "openid"),
        ("标签", "tags"),
        ("来源", "source"),
        ("负责人", "owner"),
        ("备注", ""),
    ],
)
def test_titles_in_two_languages(title: str, name: str) -> None:
    assert list(named(title)) == ([name] if name else [])


def test_real_headers() -> None:
    assert named("rec_id| given_name| surname| suburb| date_of_birth") == {
        "number": "rec_id",
        "given_name": " given_name",
        "surname": " surname",
        "city": " suburb",
        "birthday": " date_of_birth",
    }
    assert named("customer_no|order_date|quantity|amount", orders=True) == {
        "customer_number": "customer_no",
        "placed_at": "order_date",
        "quantity": "quantity",
        "amount": "amount",
    }
    assert named("订单号|会员编号|下单时间|实付金额|商品名称|数量", orders=True)["order_number"] == "订单号"


def test_a_second_phone_goes_beside_the_first() -> None:
    assert named("手机|电话|联系电话") == {"phone": "手机", "other_phone": "电话"}


def test_no_title_is_claimed_by_two_columns() -> None:
    for columns in (CUSTOMERS, ORDERS):
        claimed = [title for name, column in columns.items() for title in {*column.titles, title_key(name)}]
        assert sorted({one for one in claimed if claimed.count(one) > 1}) == []


def test_titles_are_told_apart() -> None:
    assert unique_titles(["a", "", "a", " "]) == ["a", "#2", "a (2)", "#4"]
