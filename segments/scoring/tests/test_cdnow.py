"""Real orders: the CDNOW customers of 1997, scored at the end of the usual calibration period."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from django.conf import settings

from customers.models import Customer
from customers.orders.models import Rollup
from segments.factories import scored
from segments.scoring.models import Score
from segments.scoring.tests import oracle

ORDERS = settings.BASE_DIR.parent / "shared/data/cdnow/orders.csv"
END = datetime(1997, 9, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not ORDERS.exists(), reason="../shared/data/cdnow is not here"),
]


def test_cdnow_scores_as_the_oracle_says() -> None:
    lines = pd.read_csv(ORDERS, dtype={"customer_no": str, "amount": str}, parse_dates=["order_date"])
    lines = lines[lines["order_date"] <= END.replace(tzinfo=None)]
    lines["amount"] = lines["amount"].map(lambda text: round(float(text) * 100))
    by_customer = lines.groupby("customer_no").agg(
        days=("order_date", "nunique"),
        cents=("amount", "sum"),
        first=("order_date", "min"),
        last=("order_date", "max"),
    )
    made = Customer.objects.bulk_create(Customer(name=f"Customer {number}") for number in by_customer.index)
    Rollup.objects.bulk_create(
        Rollup(
            customer=customer,
            orders=row.days,
            days=row.days,
            total=row.cents / 100,
            first_order_at=row.first.tz_localize("Asia/Shanghai"),
            last_order_at=row.last.tz_localize("Asia/Shanghai"),
        )
        for customer, row in zip(made, by_customer.itertuples(), strict=True)
    )
    run = scored(as_of=END)
    assert run.customers == 2357
    # Most bought once: the first two cut-offs are both 1, so nobody has a frequency score of 2.
    assert run.cutoffs["frequency"] == [1, 1, 2, 3]
    assert not Score.objects.filter(frequency=2).exists()
    found = Score.objects.values_list("pk", "recency", "frequency", "monetary", "group", "stage")
    assert {pk: tuple(rest) for pk, *rest in found} == oracle.scores(END)
