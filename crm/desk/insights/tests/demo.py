"""The demo company, as frames for pandas."""

from typing import Any

import pandas as pd
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from channels.reports.models import Rating
from crm.accounts.models import User
from crm.desk.insights.tests.base import Base
from customers.models import Customer
from customers.orders.models import Order, OrderLine
from customers.timeline.models import Entry
from segments.scoring.models import Score

CUSTOMERS = 600
# Who sees all, their teams, or their own.
READERS = {"all": "tianye", "team": "linyue", "own": "hejun"}


def build() -> Base:
    call_command("demo", customers=CUSTOMERS, verbosity=0)
    users = {who: User.objects.get(username=name) for who, name in READERS.items()}
    reach = {
        who: set(Customer.objects.visible_to(one).values_list("pk", flat=True)) for who, one in users.items()
    }
    return Base(
        timezone.now(),
        users,
        reach,
        _frame(Customer.objects.all(), "pk country province"),
        _frame(Order.objects.all(), "pk customer_id placed_at amount refunded currency status channel"),
        _frame(OrderLine.objects.all(), "order_id product_id quantity amount"),
        _frame(Entry.objects.all(), "pk customer_id channel direction kind occurred_at"),
        _ratings(),
        _frame(Score.objects.all(), "customer_id stage"),
    )


def _frame(rows: "QuerySet[Any]", names: str) -> pd.DataFrame:
    columns = names.split()
    return pd.DataFrame(rows.values_list(*columns), columns=columns)


def _ratings() -> pd.DataFrame:
    rows = Rating.objects.exclude(score=None).values_list("conversation__customer_id", "at", "score")
    return pd.DataFrame(rows, columns=["customer_id", "at", "score"])
