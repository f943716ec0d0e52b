"""What the admin exports, the importer takes back as it was."""

import pytest

from customers.imports.models import ImportJob
from customers.imports.tests.conftest import Import, counts
from customers.models import Customer
from customers.orders.models import Order
from customers.orders.resources import OrderResource
from customers.resources import CustomerResource

pytestmark = pytest.mark.django_db


def test_customers_come_back_equal(take: Import) -> None:
    take(
        "number,name,phone,email,gender,birthday,tags,city,card,country\n"
        '001,=Li,13800138000,li@example.com,f,1990-01-31,"a,b",上海,8801,CN\n'
        "002,'-Wang,+49 30 901820,,m,,,,,\n"
    )
    before = list(Customer.objects.order_by("pk").values())
    exported = CustomerResource().export(Customer.objects.order_by("pk")).csv

    job = take(exported)

    assert counts(job)[0] == counts(job)[4] == 0
    Customer.objects.update(version=1)
    after = list(Customer.objects.order_by("pk").values())
    assert [{**row, "updated_at": None} for row in after] == [{**row, "updated_at": None} for row in before]


def test_orders_come_back_equal(take: Import) -> None:
    take(
        "order no,customer_no,date,amount,quantity,status,refunded\n"
        "A1,C1,2024-01-31 12:30,10.50,2,completed,1\nA2,C2,2024-02-28,7,,cancelled,\n",
        kind=ImportJob.Kind.ORDERS,
    )
    before = list(Order.objects.order_by("pk").values())
    exported = OrderResource().export(Order.objects.order_by("pk")).csv

    job = take(exported, kind=ImportJob.Kind.ORDERS)

    assert counts(job) == (0, 0, 2, 0, 0)
    assert list(Order.objects.order_by("pk").values()) == before
