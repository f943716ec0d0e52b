"""The pages that say what customers are worth and where they are heading: how long their figures take to
count, and what the pages cost that show them.

The baseline of a counting is one plain reading of every order.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate

from crm.accounts.models import User
from crm.bench.harness import Baseline, Result, bench, timed
from crm.bench.running import fill
from crm.desk.insights import counting, drills, ground, reports
from crm.desk.insights.models import Figures

Addresses = Callable[[User], list[str]]
Entry = tuple[str, Addresses, tuple[str, str]]

READING = """
    SELECT count(*), sum(amount - refunded), count(DISTINCT customer_id), min(placed_at) FROM orders_order
"""
INSIGHT, PIVOT, SCORE = ("insight", "view"), ("pivot", "view"), ("score", "view")
MONTHS = {"subject": "orders", "rows": "month", "measure": "revenue", "period": "12m"}
PROVINCES = {"subject": "orders", "rows": "province", "column": "quarter", "measure": "customers"}


CELL = {"subject": "orders", "measure": "revenue", "period": "12m", "at": "province:浙江"}


@bench("insights", rows=1_000_000)
def insights(rows: int) -> Iterator[Result]:
    fill(rows)
    with connection.cursor() as cursor, timed() as bare:
        cursor.execute(READING)
        orders = cursor.fetchone()[0]
    reading = Baseline("one reading of every order", 1 / bare.seconds)
    for report in reports.REPORTS:
        with timed() as watch:
            count(report.key)
        yield Result(
            f"insights, {report.key} counted",
            orders,
            seconds=watch.seconds,
            rate=1 / watch.seconds,
            unit="countings/s",
            baseline=reading,
            ratio=bare.seconds / watch.seconds,
        )


def count(key: str) -> None:
    """Counts for everybody now, whoever else is at it."""
    figures = Figures.objects.get_or_create(page=key, reach="")[0]
    Figures.objects.filter(pk=figures.pk).update(lease_until=None)
    counting.count(figures, counting.LATE)


def entries() -> Iterator[Entry]:
    """The pages, as `pages` asks for them; those of the insights with their figures counted before."""
    for report in reports.REPORTS:
        yield f"insight page, {report.key}", _counted(report), INSIGHT
    for value in ("bought.90", "again.365", f"cohort.{_months_ago(6)}.3", f"lapsed.{_months_ago(2)}.180"):
        drill = f"{reverse('customers:list')}?{urlencode({drills.KEY: value})}"
        yield f"customers behind a figure, {value.partition('.')[0]}", _at(drill), INSIGHT
    yield "pivot, orders behind a number", _at(f"{reverse('pivot:records')}?{urlencode(CELL)}"), PIVOT
    yield "pivot, money by month", _at(f"{reverse('pivot:table')}?{urlencode(MONTHS)}"), PIVOT
    yield (
        "pivot, buyers by province and quarter",
        _at(f"{reverse('pivot:table')}?{urlencode(PROVINCES)}"),
        PIVOT,
    )
    for name, address in (
        ("who moved", "movement:page"),
        ("predictions", "predicting:card"),
        ("recommendations", "recommending:card"),
        ("natural groups", "grouping:groups"),
    ):
        yield name, _at(reverse(address)), SCORE
    yield "goals", _at(reverse("goals:list")), ("goal", "view")
    yield "journeys", _at(reverse("journeys:list")), ("journey", "view")


def _months_ago(number: int) -> str:
    return f"{ground.months_on(localdate(), -number):%Y-%m}"


def _at(address: str) -> Addresses:
    return lambda user: [address]


def _counted(report: reports.Report) -> Addresses:
    def addresses(user: User) -> list[str]:
        figures = counting.standing(report.key, user)
        if not counting.is_fresh(figures):
            counting.catch_up(figures)
        return [report.url]

    return addresses
