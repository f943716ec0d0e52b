"""The same for the pages that follow people and goods: funnel, demand, channels."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest

from crm.desk.insights.sheets import Sheet
from crm.desk.insights.tests import oracle
from crm.desk.insights.tests.oracle import Facts, per
from crm.desk.insights.tests.test_numbers import Shown, facts, numbers, same, shown, who
from crm.lib.labels import label

__all__ = ["facts", "shown", "who"]
pytestmark = pytest.mark.django_db


def by_channel(sheet: Sheet) -> dict[str, tuple[object, ...]]:
    return {line.label: line.values for line in sheet.lines}


def test_the_funnel(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets, expected = shown("funnel")[0], oracle.funnel(facts)
    assert sum(row[0] for row in expected.values()) > 2
    found = by_channel(sheets["origins"])
    assert found.keys() == {label("channel", channel) for channel in expected}
    for channel, row in expected.items():
        same([found[label("channel", channel)]], [row])
        met, _replied, ordered, again, loyal, *_rest = row
        shares = by_channel(sheets["conversion"])[label("channel", channel)]
        same([shares], [(per(ordered, met), per(again, met), per(loyal, met))])
    totals = [sum(row[place] for row in expected.values()) for place in range(5)]
    steps = zip([0, *totals], totals, strict=False)
    same(numbers(sheets["steps"]), [(now, per(now, before), per(now, totals[0])) for before, now in steps])


def test_sales_of_categories_by_month_and_week(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheet, rows = shown("trends")[0]["sales"], home(oracle.sold(facts))
    names = [name if name != "Without a category" else "" for name in sheet.head[1:]]
    for month, line in zip(facts.months(13), sheet.lines, strict=True):
        spans = rows[rows.month == month].groupby("category").money.sum()
        same([line.values], [[spans.get(name, 0) for name in names]])
    week = date.fromisoformat(shown("trends?by=week")[0]["sales"].lines[-2].label)
    assert week.weekday() == 0
    lately = rows[(rows.day >= week) & (rows.day < week + timedelta(days=7))].groupby("category").money.sum()
    same([shown("trends?by=week")[0]["sales"].lines[-2].values], [[lately.get(name, 0) for name in names]])


def test_growth_of_categories_and_products(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets, rows = shown("trends")[0], home(oracle.sold(facts))
    total = oracle.growth(rows, facts)[0]
    for line in sheets["categories"].lines:
        mine = rows[rows.category == ("" if line.label == "Without a category" else line.label)]
        grown = oracle.growth(mine, facts)
        same([line.values], [(*grown, per(grown[0], total))])
    every = facts.within(oracle.sold(facts), 365)
    lately = rows[rows.month.isin(facts.months(25))]
    assert len(sheets["products"].lines) == lately["product"].nunique()
    for line in sheets["products"].lines:
        mine = rows[rows["product"] == line.label]
        pieces = mine[mine.month.isin(facts.months(12, ended=True))].quantity.sum()
        buyers = every[every["product"] == line.label].customer_id.nunique()
        same([line.values], [(*oracle.growth(mine, facts), pieces, buyers)])


def test_seasons(facts: Facts, shown: Callable[[str], Shown]) -> None:
    rows, months = home(oracle.sold(facts)), facts.months(24, ended=True)
    for line in shown("trends")[0]["seasons"].lines:
        mine = rows[rows.category == ("" if line.label == "Without a category" else line.label)]
        sums = mine.groupby("month").money.sum().reindex(months, fill_value=0)
        by_number = sums.groupby([month[5:] for month in months]).sum() / 2
        same([line.values], [[per(net, sums.mean()) for net in by_number]])


def test_the_mix_of_channels(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets, rows = shown("channels")[0], facts.touches()
    rows["month"] = pd.to_datetime(rows.day).dt.strftime("%Y-%m")
    rows = rows[rows.month.isin(facts.months(12))]
    for month, line in zip(facts.months(12), sheets["mix"].lines, strict=True):
        counts = rows[rows.month == month].channel.map(lambda one: label("channel", one)).value_counts()
        expected = [int(counts.get(name, 0)) for name in sheets["mix"].head[2:]]
        assert list(line.values) == [sum(expected), *expected]
    for channel, mine in rows.groupby("channel"):
        to_us, to_them = (int((mine.direction == way).sum()) for way in ("in", "out"))
        expected_row = (len(mine), len(mine) / len(rows), to_us, to_them, per(to_us, to_us + to_them))
        same([by_channel(sheets["directions"])[label("channel", channel)]], [expected_row])


def test_where_orders_come_from(facts: Facts, shown: Callable[[str], Shown]) -> None:
    rows = facts.orders()
    rows = rows[rows.month.isin(facts.months(12))]
    found = by_channel(shown("channels")[0]["sold"])
    for channel, mine in rows.groupby("channel"):
        net = mine.net.sum()
        expected = (len(mine), mine.customer_id.nunique(), net, per(net, rows.net.sum()), per(net, len(mine)))
        same([found[label("channel", channel)]], [expected])


def test_ways_to_an_order(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets, rows = shown("channels")[0], oracle.ways(facts)
    names = [
        " → ".join(["…"] * (len(met) > 5) + [label("channel", one) for one in met[-5:]]) for met in rows.met
    ]
    counts = Counter(name or "No touch before" for name in names)
    found = {line.label: line.values for line in sheets["ways"].lines}
    rest = [values for name, values in found.items() if name.endswith("other ways")]
    assert sum(values[0] or 0 for values in found.values()) == len(rows)
    for name, (orders, part, _net, _each) in found.items():
        if not name.endswith("other ways"):
            assert (orders, part) == (counts[name], per(counts[name], len(rows)))
    assert len(counts) == len(found) if not rest else len(counts) > 20


def test_first_last_and_any_touch(facts: Facts, shown: Callable[[str], Shown]) -> None:
    rows = oracle.ways(facts)
    met = rows[rows.met.map(len) > 0]
    assert len(met) > 1
    for line in shown("channels")[0]["credit"].lines:
        channel = line.url.rsplit(".", 1)[-1]
        first = met[met.met.map(lambda one: one[0]) == channel]
        last = met[met.met.map(lambda one: one[-1]) == channel]
        some = met[[channel in one for one in met.met]]
        same([line.values], [tuple(n for part in (first, last, some) for n in (len(part), part.net.sum()))])


def home(rows: pd.DataFrame) -> pd.DataFrame:
    """What was sold in our currency."""
    return rows[rows.currency == "CNY"]
