"""Scores and stages computed a second way: from the orders, in plain Python, one customer at a time."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from math import ceil
from statistics import median_low
from typing import Any
from zoneinfo import ZoneInfo

from segments.scoring.cycles import FEWEST_GAPS
from segments.scoring.groups import OF_CELL
from segments.scoring.ruling import Rules

SHANGHAI = ZoneInfo("Asia/Shanghai")
Scored = tuple[int, int, int, str, str]


@dataclass(frozen=True)
class Bought:
    customer: int
    at: datetime
    amount: Decimal
    category: str = ""

    @property
    def day(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


def scores(orders: Sequence[Bought], rules: Rules, as_of: datetime) -> dict[int, Scored]:
    today = as_of.astimezone(SHANGHAI).date()
    theirs: dict[int, list[Bought]] = defaultdict(list)
    for order in orders:
        theirs[order.customer].append(order)
    since = _back(today, rules.window) if rules.window else date.min
    recency = {one: -(today - max(o.day for o in bought)).days for one, bought in theirs.items()}
    within = {one: [o for o in bought if o.day >= since] for one, bought in theirs.items()}
    frequency = {one: len({o.day for o in bought}) for one, bought in within.items()}
    money = {one: sum((o.amount for o in bought), Decimal(0)) for one, bought in within.items()}
    cuts = (
        ([1 - days for days in rules.recency], rules.frequency, rules.monetary)
        if rules.by_bands
        else tuple(_fifths(values) for values in (recency.values(), frequency.values(), money.values()))
    )
    usual = _usual(theirs) if rules.by_category else {}
    found = {}
    for one, bought in theirs.items():
        if rules.by_bands:
            r = 1 + sum(recency[one] >= cut for cut in cuts[0])
        else:
            r = 1 + sum(recency[one] > cut for cut in cuts[0])
        f = 1 + sum(frequency[one] > cut for cut in cuts[1])
        m = 1 + sum(money[one] > cut for cut in cuts[2])
        days = usual.get(_own(bought))
        stage = _stage(sorted({o.day for o in bought}), rules, today, days)
        found[one] = (r, f, m, str(OF_CELL[r, ceil((f + m) / 2)].value), stage)
    return found


def _fifths(values: Iterable[Any]) -> list[Any]:
    ordered = sorted(values)
    return [ordered[ceil(Decimal(part) * len(ordered)) - 1] for part in ("0.2", "0.4", "0.6", "0.8")]


def _stage(days: list[date], rules: Rules, today: date, usual: int | None) -> str:
    risk, dormant, lost = rules.risk_after, rules.dormant_after, rules.lost_after
    if usual is not None:
        risk, dormant, lost = (
            int(times * usual) for times in (rules.risk_times, rules.dormant_times, rules.lost_times)
        )
    silent = (today - days[-1]).days
    for name, after in (("lost", lost), ("dormant", dormant), ("risk", risk)):
        if silent > after:
            return name
    for before, day in pairwise(days):
        if (day - before).days > dormant and 0 < rules.won_back_for >= (today - day).days:
            return "won_back"
    if len(days) == 1 and (today - days[0]).days <= rules.new_within:
        return "new"
    return "loyal" if len(days) >= rules.loyal_from else "active"


def _own(bought: Sequence[Bought]) -> str:
    """The category bought on most days; of several the one bought last, then the first by name."""
    days: dict[str, set[date]] = defaultdict(set)
    for order in bought:
        if order.category:
            days[order.category].add(order.day)
    if not days:
        return ""
    return min(days, key=lambda name: (-len(days[name]), -max(days[name]).toordinal(), name))


def _usual(theirs: dict[int, list[Bought]]) -> dict[str, int]:
    gaps: dict[str, list[int]] = defaultdict(list)
    for bought in theirs.values():
        for category in {order.category for order in bought} - {""}:
            days = sorted({order.day for order in bought if order.category == category})
            gaps[category] += [(b - a).days for a, b in pairwise(days)]
    return {name: median_low(found) for name, found in gaps.items() if len(found) >= FEWEST_GAPS}


def _back(day: date, months: int) -> date:
    year, month = day.year, day.month - months
    while month < 1:
        year, month = year - 1, month + 12
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError
