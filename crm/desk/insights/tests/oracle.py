"""Every number of the insight pages a second time: by pandas, from the rows themselves."""

from bisect import bisect_right
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from crm.desk.insights.tests.base import PLACES, SHANGHAI, Base
from customers.orders.models import Product

Row = tuple[Any, ...]
CODES = {(country, province.strip()): code for country, province, code in PLACES}
# As GB/T 2260 abbreviates them.
IN_CHINA = {
    "北京": "BJ", "天津": "TJ", "河北": "HE", "山西": "SX", "内蒙古": "NM", "辽宁": "LN", "吉林": "JL",
    "黑龙江": "HL", "上海": "SH", "江苏": "JS", "浙江": "ZJ", "安徽": "AH", "福建": "FJ", "江西": "JX",
    "山东": "SD", "河南": "HA", "湖北": "HB", "湖南": "HN", "广东": "GD", "广西": "GX", "海南": "HI",
    "重庆": "CQ", "四川": "SC", "贵州": "GZ", "云南": "YN", "西藏": "XZ", "陕西": "SN", "甘肃": "GS",
    "青海": "QH", "宁夏": "NX", "新疆": "XJ",
}  # fmt: skip


class Facts:
    """What one reader may see of the base, in the company's days."""

    def __init__(self, base: Base, who: str) -> None:
        self.base, self.mine = base, base.reach[who]
        self.today = base.today
        self.bought = self._bought()
        self.customers = base.customers[base.customers.pk.isin(self.mine)]
        self.days = {
            customer: sorted(set(rows.day)) for customer, rows in self.orders().groupby("customer_id")
        }

    def _bought(self) -> pd.DataFrame:
        rows = self.base.orders
        rows = rows[rows.customer_id.isin(self.mine) & ~rows.status.isin(["cancelled", "refunded"])].copy()
        local = pd.to_datetime(rows.placed_at, utc=True).dt.tz_convert(SHANGHAI)
        rows["day"], rows["month"] = local.dt.date, local.dt.strftime("%Y-%m")
        net = (rows.amount - rows.refunded).astype(float)
        rows["net"] = net.where(rows.currency == "CNY", 0.0)
        return rows

    def orders(self) -> pd.DataFrame:
        """Without those dated ahead."""
        return self.bought[pd.to_datetime(self.bought.placed_at, utc=True) <= self.base.now]

    def months(self, number: int, *, ended: bool = False) -> list[str]:
        last = pd.Period(self.today, "M") - (1 if ended else 0)
        return [str(last - back) for back in range(number - 1, -1, -1)]

    def lately(self, days: int, until: int = 0) -> pd.DataFrame:
        """Orders of so many days, up to `until` days ago."""
        return self.within(self.orders(), days, until)

    def within(self, rows: pd.DataFrame, days: int, until: int = 0) -> pd.DataFrame:
        last = self.today - timedelta(days=until)
        return rows[(rows.day > last - timedelta(days=days)) & (rows.day <= last)]

    def touches(self) -> pd.DataFrame:
        rows = self.base.touches
        rows = rows[rows.customer_id.isin(self.mine) & (rows.channel != "staff")].copy()
        rows["day"] = pd.to_datetime(rows.occurred_at, utc=True).dt.tz_convert(SHANGHAI).dt.date
        return rows

    def ratings(self) -> pd.DataFrame:
        rows = self.base.ratings[self.base.ratings.customer_id.isin(self.mine)].copy()
        local = pd.to_datetime(rows["at"], utc=True).dt.tz_convert(SHANGHAI)
        rows["day"], rows["month"] = local.dt.date, local.dt.strftime("%Y-%m")
        return rows


def per(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def sales(facts: Facts) -> list[Row]:
    orders, rows = facts.orders(), []
    by_month = orders.groupby("month").agg(
        net=("net", "sum"), orders=("pk", "count"), buyers=("customer_id", "nunique")
    )
    by_month = by_month.reindex(facts.months(24), fill_value=0)
    for now, then in zip(by_month.index[12:], by_month.index[:12], strict=True):
        net, before = by_month.net[now], by_month.net[then]
        rows.append((net, before, per(net - before, before), by_month.orders[now], by_month.buyers[now]))
    return rows


def churn(facts: Facts, lapse: int) -> list[Row]:
    """Day by day: who was a customer on the eve of the month, and whose time ran out in it."""
    rows = []
    for month in facts.months(12, ended=True):
        span = pd.Period(month, "M")
        first, last = span.start_time.date(), span.end_time.date()
        active = lapsed = 0
        for days in facts.days.values():
            if _age(days, first - timedelta(days=1)) > lapse:
                continue
            active += 1
            lapsed += any(
                _age(days, first + timedelta(days=place)) > lapse for place in range((last - first).days + 1)
            )
        rows.append((active, lapsed, per(lapsed, active)))
    return rows


def _age(days: list[date], day: date) -> float:
    place = bisect_right(days, day)
    return (day - days[place - 1]).days if place else float("inf")


def repeat(facts: Facts, back: int) -> tuple[int, int]:
    edge = facts.today - timedelta(days=back)
    counts = [sum(day <= edge for day in days) for days in facts.days.values()]
    return sum(count > 0 for count in counts), sum(count > 1 for count in counts)


def again(facts: Facts, within: int, back: int = 0) -> tuple[int, int]:
    last = facts.today - timedelta(days=within + back)
    new = [days for days in facts.days.values() if last - timedelta(days=365) < days[0] <= last]
    return len(new), sum(len(days) > 1 and (days[1] - days[0]).days <= within for days in new)


def curve(facts: Facts, back: int) -> list[float | None]:
    last = facts.today - timedelta(days=back)
    new = [days for days in facts.days.values() if last - timedelta(days=365) < days[0] <= last]
    gaps = np.array([(days[1] - days[0]).days if len(days) > 1 else 10**6 for days in new])
    return [float((gaps <= within).mean()) if len(new) else 0 for within in range(30, 361, 30)]


def content(facts: Facts, until: int = 0) -> tuple[int, int]:
    rows = facts.within(facts.ratings(), 90, until)
    return len(rows), int((rows.score >= 4).sum())


def ratings(facts: Facts) -> list[Row]:
    rows = facts.ratings()
    found = []
    for month in facts.months(12):
        scores = rows[rows.month == month].score
        good = int((scores >= 4).sum())
        found.append((len(scores), good, per(good, len(scores)), per(scores.sum(), len(scores))))
    return found


def channels(facts: Facts) -> dict[str, Row]:
    rows = facts.touches()
    now = facts.within(rows, 30).channel.value_counts()
    before = facts.within(rows, 30, 30).channel.value_counts()
    return {
        channel: (now.get(channel, 0), before.get(channel, 0))
        for channel in set(now.index) | set(before.index)
    }


def stages(facts: Facts) -> dict[str, int]:
    rows = facts.base.scores
    return dict(rows[rows.customer_id.isin(facts.mine)].stage.value_counts())


def cohorts(facts: Facts) -> dict[tuple[str, int], tuple[int, int, float]]:
    """(month of the first order, months since) → customers of the cohort, who bought, what they spent."""
    orders = facts.orders()
    first = orders.groupby("customer_id").month.min()
    orders = orders.assign(cohort=orders.customer_id.map(first))
    since = pd.PeriodIndex(orders.month, freq="M").astype("int64") - pd.PeriodIndex(
        orders.cohort, freq="M"
    ).astype("int64")
    cells = orders.assign(since=since).groupby(["cohort", "since"])
    sizes = first.value_counts()
    return {
        (cohort, place): (int(sizes[cohort]), rows.customer_id.nunique(), rows.net.sum())
        for (cohort, place), rows in cells
    }


def amounts(facts: Facts, edges: tuple[int, ...]) -> list[Row]:
    rows = facts.lately(365)
    rows = rows[rows.currency == "CNY"]
    return _classes(rows.net, rows.net, edges)


def rollup(facts: Facts) -> pd.DataFrame:
    """One row for each buyer; here orders dated ahead count as well, and as today's."""
    rows = facts.bought.groupby("customer_id").agg(
        orders=("pk", "count"), total=("net", "sum"), last=("day", "max")
    )
    rows["age"] = [max(0, (facts.today - day).days) for day in rows["last"]]
    return rows


def _classes(values: pd.Series, money: pd.Series, edges: tuple[int, ...]) -> list[Row]:
    place = np.searchsorted(edges, values.to_numpy(dtype=float).round(2), side="right") - 1
    counts = [int((place == one).sum()) for one in range(len(edges))]
    sums = [float(money.to_numpy()[place == one].sum()) for one in range(len(edges))]
    return [
        (count, per(count, sum(counts)), net, per(net, sum(sums)))
        for count, net in zip(counts, sums, strict=True)
    ]


def classes(facts: Facts, column: str, edges: tuple[int, ...]) -> list[Row]:
    rows = rollup(facts)
    return _classes(rows[column], rows.total, edges)


def places(facts: Facts) -> dict[str, Row]:
    rows = facts.customers.assign(
        code=[
            _code(c, p.strip())
            for c, p in zip(facts.customers.country, facts.customers.province, strict=True)
        ]
    )
    money = rollup(facts).total
    found = {}
    for code, group in rows.groupby("code"):
        spent = money.reindex(group.pk).dropna()
        found[str(code)] = (len(group), len(spent), spent.sum(), per(spent.sum(), len(spent)))
    return found


def _code(country: str, province: str) -> str:
    if country in ("US", "CA"):
        return country
    return CODES.get((country, province)) or IN_CHINA[province]


def newcomers(facts: Facts) -> pd.DataFrame:
    """Who first met us within a year, where, and how far they came."""
    start = facts.today - timedelta(days=364)
    rows = facts.touches().sort_values(["occurred_at", "pk"], kind="stable")
    first = rows.groupby("customer_id").first()
    bought = facts.bought.groupby("customer_id")
    ordered, spent = bought.day.nunique(), bought.net.sum()
    earliest = bought.day.min()
    first = first[first.day >= start]
    first = first[[earliest.get(customer, start) >= start for customer in first.index]].copy()
    stages = facts.base.scores.set_index("customer_id").stage
    wrote = set(rows[rows.direction == "in"].customer_id)
    first["days"] = [int(ordered.get(customer, 0)) for customer in first.index]
    first["spent"] = [float(spent.get(customer, 0)) for customer in first.index]
    first["replied"] = first.index.isin(list(wrote)) | (first.days > 0).to_numpy()
    loyal = set(stages[stages == "loyal"].index)
    first["loyal"] = first.index.isin(list(loyal)) & (first.days > 1).to_numpy()
    return first


def funnel(facts: Facts) -> dict[str, Row]:
    found = {}
    for channel, rows in newcomers(facts).groupby("channel"):
        ordered, again = int((rows.days > 0).sum()), int((rows.days > 1).sum())
        steps = (len(rows), int(rows.replied.sum()), ordered, again, int(rows.loyal.sum()))
        found[str(channel)] = (
            *steps,
            per(ordered, len(rows)),
            rows.spent.sum(),
            per(rows.spent.sum(), len(rows)),
        )
    return found


def sold(facts: Facts) -> pd.DataFrame:
    """Lines of the orders that count, with what was sold."""
    names = {one.pk: (one.name, one.category) for one in Product.objects.all()}
    orders = facts.orders()
    rows = facts.base.lines.merge(orders, left_on="order_id", right_on="pk", suffixes=("", "_order"))
    rows["product"] = [names[pk][0] for pk in rows.product_id]
    rows["category"] = [names[pk][1] for pk in rows.product_id]
    rows["money"] = rows.amount.astype(float)
    return rows


def growth(rows: pd.DataFrame, facts: Facts) -> Row:
    """Twelve months that are over and the twelve before, three and the same three a year ago."""
    sums = rows.groupby("month").money.sum().reindex(facts.months(24, ended=True), fill_value=0)
    now, before = sums.iloc[12:].sum(), sums.iloc[:12].sum()
    lately, lately_before = sums.iloc[-3:].sum(), sums.iloc[9:12].sum()
    return now, per(now - before, before), lately, per(lately - lately_before, lately_before)


def ways(facts: Facts) -> pd.DataFrame:
    """Each order of 90 days with the channels on which one met in the 30 days before it."""
    touches = facts.touches()
    touches = touches[touches.kind != "order"].sort_values(["occurred_at", "pk"], kind="stable")
    by_customer = dict(iter(touches.groupby("customer_id")))
    found = []
    for order in facts.lately(90).itertuples():
        met: list[str] = []
        for touch in by_customer.get(order.customer_id, touches[:0]).itertuples():
            gap = order.placed_at - touch.occurred_at
            if timedelta(0) < gap <= timedelta(days=30) and (not met or met[-1] != touch.channel):
                met.append(str(touch.channel))
        found.append((order.customer_id, order.net, met))
    return pd.DataFrame(found, columns=["customer_id", "net", "met"])
