"""On real purchases every method finds more of what is bought later than best-sellers do."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from segments.recommending import backtest, purchases
from segments.recommending.backtest import Outcome, Report
from segments.recommending.models import Method

RETAIL = Path(settings.BASE_DIR).parent / "shared/data/online_retail/uci_online_retail_sales.parquet"


def test_on_few_purchases_there_is_no_verdict() -> None:
    one = np.arange(12, dtype=np.int64)
    bought = purchases.numbered(one % 6, one // 6, one)
    (report,) = backtest.try_all(bought)
    assert isinstance(report, Report)
    assert report.winner is Method.POPULARITY
    assert report.outcomes == ()


@pytest.mark.slow
@pytest.mark.skipif(not RETAIL.exists(), reason="the data set Online Retail is not here")
def test_neighbours_find_more_than_best_sellers() -> None:
    bought = _retail()
    *outcomes, report = backtest.try_all(bought)
    assert isinstance(report, Report)
    assert report.tested > 500
    found = {one.method: one for one in outcomes if isinstance(one, Outcome)}
    plain = found.pop(Method.POPULARITY)
    assert set(found) == {Method.COSINE, Method.LLR, Method.EASE}
    for one in found.values():
        assert one.recall_new > plain.recall_new * 1.3
        assert one.coverage > plain.coverage * 2
    assert report.winner != Method.POPULARITY


def _retail() -> purchases.Purchases:
    """The products that many bought: enough to tell the methods apart, and quick."""
    from pyarrow import parquet

    table = parquet.read_table(RETAIL, columns=["CustomerID", "StockCode", "InvoiceDate"]).to_pandas()
    table = table[table.CustomerID > 0]
    buyers = table.groupby("StockCode").CustomerID.nunique()
    table = table[table.StockCode.isin(buyers[buyers >= 250].index)]
    days = table.InvoiceDate.str[:10].map({day: _number(day) for day in table.InvoiceDate.str[:10].unique()})
    codes = table.StockCode.astype("category").cat.codes
    columns = (table.CustomerID, codes, days)
    return purchases.numbered(*(column.to_numpy().astype(np.int64) for column in columns))


def _number(day: str) -> int:
    return date.fromisoformat(day).toordinal()
