"""Every number of every page, for everybody and for those who see a part, against pandas."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import QueryDict

from crm.accounts.models import User
from crm.desk.insights import drills, ground, provinces, reports, spread
from crm.desk.insights.sheets import Sheet
from crm.desk.insights.tests import oracle
from crm.desk.insights.tests.base import Base
from crm.desk.insights.tests.oracle import Facts, per
from crm.desk.insights.tiles import FEWEST_RATINGS
from customers.listing import Listing
from customers.models import Customer
from segments.scoring.lifecycle import Thresholds

pytestmark = pytest.mark.django_db
WHO = ["all", "team", "own"]
Shown = tuple[dict[str, Sheet], dict[str, Any]]
# Which column of a table counts the customers that its links lead to.
CUSTOMERS = {
    "sales": 4,
    "stages": 0,
    "churn": 1,
    "again": 1,
    "totals": 0,
    "counts": 0,
    "ages": 0,
    "provinces": 0,
    "countries": 0,
    "shares": 0,
    "steps": 0,
    "origins": 0,
    "products": 5,
}


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def facts(base: Base, who: str) -> Facts:
    return Facts(base, who)


@pytest.fixture
def shown(base: Base, who: str) -> Callable[[str], Shown]:
    """A page as `who` sees it, counted once."""

    def show(page: str) -> Shown:
        if (page, who) not in base.shown:
            name, _sign, query = page.partition("?")
            report = reports.find(name)
            with ground.laid(None if who == "all" else base.users[who], 10_000) as laid:
                sheets, parts = report.show(report.count(laid), QueryDict(query).dict())
            base.shown[page, who] = {one.key: one for one in sheets}, parts
        found: Shown = base.shown[page, who]
        return found

    return show


def numbers(sheet: Sheet) -> list[tuple[Any, ...]]:
    return [line.values for line in sheet.lines]


def near(values: Any) -> Any:
    """To the cent; nothing is nothing."""
    plain = [float("nan") if value is None else float(value) for value in values]
    return pytest.approx(plain, rel=1e-9, abs=1e-6, nan_ok=True)


def same(found: list[tuple[Any, ...]], expected: Any) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert [float("nan") if value is None else value for value in one] == near(other)


def test_readers_see_parts_of_different_size(base: Base) -> None:
    assert 10 < len(base.reach["own"]) < len(base.reach["team"]) < len(base.reach["all"])


def test_sales(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheet = shown("overview")[0]["sales"]
    same(numbers(sheet), oracle.sales(facts))
    assert [line.label for line in sheet.lines] == facts.months(12)


def test_churn(facts: Facts, shown: Callable[[str], Shown]) -> None:
    expected = oracle.churn(facts, Thresholds().dormant_after)
    assert any(lapsed for _active, lapsed, _rate in expected)
    same(numbers(shown("overview")[0]["churn"]), expected)


def test_coming_back(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets = shown("overview")[0]
    expected = []
    for within in (90, 180, 365):
        (new, came), before = oracle.again(facts, within), oracle.again(facts, within, 365)
        expected.append((new, came, per(came, new), per(before[1], before[0])))
    same(numbers(sheets["again"]), expected)
    curves = zip(oracle.curve(facts, 365), oracle.curve(facts, 730), strict=True)
    same(numbers(sheets["curve"]), list(curves))


def test_ratings(facts: Facts, shown: Callable[[str], Shown]) -> None:
    same(numbers(shown("overview")[0]["ratings"]), oracle.ratings(facts))


def test_channels(facts: Facts, shown: Callable[[str], Shown]) -> None:
    lines = shown("overview")[0]["channels"].lines
    expected = {
        channel: (now, before, per(now - before, before))
        for channel, (now, before) in oracle.channels(facts).items()
    }
    assert {line.url.rsplit(".", 1)[-1]: line.values for line in lines} == expected


def test_stages(facts: Facts, shown: Callable[[str], Shown]) -> None:
    expected = oracle.stages(facts)
    total = sum(expected.values())
    for line in shown("overview")[0]["stages"].lines:
        number = expected.get(line.url.rsplit("=", 1)[-1], 0)
        assert line.values == (number, per(number, total), None)


def test_indicators(facts: Facts, shown: Callable[[str], Shown]) -> None:
    found = {one.key: (one.now, one.before) for one in shown("overview")[1]["indicators"]}
    buyers, before = oracle.repeat(facts, 0), oracle.repeat(facts, 90)
    year, year_before = facts.lately(365), facts.lately(365, 365)
    rows = facts.touches()
    stages, churn = oracle.stages(facts), oracle.churn(facts, Thresholds().dormant_after)
    expected = {
        "satisfaction": tuple(
            per(good, number) if number >= FEWEST_RATINGS else None
            for number, good in (oracle.content(facts), oracle.content(facts, 90))
        ),
        "loyalty": (per(stages.get("loyal", 0), sum(stages.values())), None),
        "repeat": (per(buyers[1], buyers[0]), per(before[1], before[0])),
        "churn": (churn[-1][2], churn[-2][2]),
        "again": tuple(per(*reversed(oracle.again(facts, 90, back))) for back in (0, 365)),
        "value": tuple(per(part.net.sum(), part.customer_id.nunique()) for part in (year, year_before)),
        "sales": (year.net.sum(), year_before.net.sum()),
        "touches": (len(facts.within(rows, 30)), len(facts.within(rows, 30, 30))),
    }
    assert found.keys() == expected.keys()
    for key, pair in expected.items():
        same([found[key]], [pair])


def test_cohorts(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets, expected = shown("cohorts")[0], oracle.cohorts(facts)
    months = facts.months(18)
    for key, place in (("shares", 1), ("money", 2)):
        for line, first in zip(sheets[key].lines, months, strict=True):
            assert line.label == first
            size = expected.get((first, 0), (0, 0, 0.0))[0]
            cells = [
                per(expected.get((first, since), (0, 0, 0.0))[place], size)
                for since in range(18 - months.index(first))
            ]
            same([line.values], [[size, *cells, *[None] * (18 - len(cells))]])


def test_all_cohorts_together(facts: Facts, shown: Callable[[str], Shown]) -> None:
    expected, months = oracle.cohorts(facts), facts.months(18)
    rows = []
    for since in range(1, 17):
        # Those whose month number `since` is over.
        ended = [expected.get((first, 0), (0, 0, 0))[0] for first in months[: 17 - since]]
        cells = [expected.get((first, since), (0, 0, 0.0)) for first in months[: 17 - since]]
        bought, net = sum(cell[1] for cell in cells), sum(cell[2] for cell in cells)
        rows.append((sum(ended), bought, per(bought, sum(ended)), per(net, sum(ended))))
    same(numbers(shown("cohorts")[0]["curve"]), rows)


def test_distributions(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets = shown("spread")[0]
    same(numbers(sheets["amounts"]), oracle.amounts(facts, spread.AMOUNTS))
    same(numbers(sheets["totals"]), oracle.classes(facts, "total", spread.TOTALS))
    same(numbers(sheets["counts"]), oracle.classes(facts, "orders", spread.COUNTS))
    same(numbers(sheets["ages"]), oracle.classes(facts, "age", spread.AGES))


def test_places(facts: Facts, shown: Callable[[str], Shown]) -> None:
    sheets, parts = shown("spread")
    expected = oracle.places(facts)
    found = {
        line.url.rsplit(".", 1)[-1]: line.values
        for line in (*sheets["provinces"].lines, *sheets["countries"].lines)
    }
    assert len(found) >= 34 + len({"US", "CA"} & expected.keys())
    for code, values in found.items():
        wanted = expected.get(code if len(code) > 2 else code.upper(), (0, 0, 0.0, None))
        same([values], [wanted])
    shown_there = {one["name"]: one["tip"] for one in parts["map"]}
    assert len(shown_there) == 34
    assert f"{expected['SH'][0]:,}" in shown_there[provinces.PROVINCES["SH"].name]


def test_links_lead_to_the_customers_that_were_counted(
    base: Base, who: str, shown: Callable[[str], Shown]
) -> None:
    differing, looked_at = [], 0
    for place, (url, number) in enumerate(counted(shown)):
        if number or place % 8 == 0:
            looked_at += 1
            found = behind(base.users[who], QueryDict(url.partition("?")[2]))
            if found != number:
                differing.append((url, number, found))
    assert differing == []
    assert looked_at > 40


def counted(shown: Callable[[str], Shown]) -> Iterator[tuple[str, Any]]:
    """Addresses, and how many customers stood beside them."""
    for page in reports.KEYS:
        sheets, parts = shown(page)
        for key, column in CUSTOMERS.items():
            if key in sheets:
                yield from ((line.url, line.values[column]) for line in sheets[key].lines if line.url)
        heat = parts["heat"] if page == "cohorts" else []
        for _month, _size, _url, cells in heat[::3]:
            for cell in cells[::3]:
                yield cell["url"], int(cell["tip"].split("\n")[1].split(" of ")[0])


def behind(user: User, query: QueryDict) -> int:
    """As the list finds them; without its menus, where it need not make them."""
    if "insight" in query:
        return drills.narrow(Customer.objects.visible_to(user), query.getlist("insight"), user).count()
    return Listing(user, query).rows().count()
