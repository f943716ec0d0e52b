import numpy as np
import pandas as pd
import pytest
from django.conf import settings

from segments.predicting.history import History
from segments.tests.conftest import as_marketer, as_seller, as_stranger, marketer, seller

__all__ = ["as_marketer", "as_seller", "as_stranger", "marketer", "seller"]

CDNOW = settings.BASE_DIR.parent / "shared/data/cdnow"
ZERO = pd.Timestamp("2000-01-01")


@pytest.fixture(scope="session")
def cdnow() -> History:
    """Which of 2,357 customers bought when, until 1998-06-30."""
    if not CDNOW.exists():
        pytest.skip("../shared/data/cdnow is not here")
    lines = pd.read_csv(CDNOW / "orders.csv", dtype={"customer_no": int}, parse_dates=["order_date"])
    lines["day"] = (lines["order_date"] - ZERO).dt.days
    days = lines.groupby(["customer_no", "day"]).agg(orders=("amount", "size"), money=("amount", "sum"))
    days = days.reset_index()
    end = (pd.Timestamp("1998-06-30") - ZERO).days
    columns = (np.asarray(days[name]) for name in ("customer_no", "day", "orders", "money"))
    return History(end, *columns)
