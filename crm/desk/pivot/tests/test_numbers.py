"""Every layout gives the numbers that pandas gives, and every cell leads to exactly its records."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.accounts.models import User
from crm.desk.pivot import arranging, asking, counting, records
from crm.desk.pivot.asking import Layout
from crm.desk.pivot.counting import OTHERS
from crm.desk.pivot.tests import oracle
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
quietly = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, str, list[str], str]:
    subject, measure = draw(st.sampled_from(sorted(oracle.MEASURES)))
    dimensions = sorted(set(PERSON + TIMES + OWN[subject]))
    rows = draw(st.lists(st.sampled_from(dimensions), min_size=1, max_size=2, unique=True))
    column = draw(st.sampled_from(["", *(one for one in dimensions if one not in rows)]))
    return subject, measure, rows, column


PERSON = ["kind", "city", "source", "gender", "team", "owner", "stage", "group"]
TIMES = ["month", "quarter", "year", "weekday", "hour", "day"]
OWN = {
    "orders": ["channel", "status", "currency"],
    "lines": ["category", "product", "channel", "status"],
    "customers": [],
    "touches": ["channel", "direction", "touch"],
}


def layout(user: User, subject: str, measure: str, rows: list[str], column: str, **more: str) -> Layout:
    query = QueryDict(mutable=True)
    query.setlist("rows", rows)
    query.update({"subject": subject, "measure": measure, "column": column, "period": "all", **more})
    return asking.layout(query, user)


def rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 4)


@quietly
@given(layouts())
def test_numbers_are_those_of_pandas(
    base: list[Customer], marketer: User, asked: tuple[str, str, list[str], str]
) -> None:
    found = counting.count(layout(marketer, *asked)).cells

    expected = oracle.cells(*asked)
    # The total of nothing is there, and is nothing.
    expected.setdefault(((), None), None)
    assert {place: rounded(value) for place, value in found.items()} | {
        ((), None): rounded(found[(), None] or None)
    } == {place: rounded(value) for place, value in expected.items()} | {
        ((), None): rounded(expected[(), None] or None)
    }


@quietly
@given(layouts(), st.data())
def test_a_cell_leads_to_what_was_counted_in_it(
    base: list[Customer], marketer: User, asked: tuple[str, str, list[str], str], data: st.DataObject
) -> None:
    table = layout(marketer, *asked)
    counted = counting.count(table).cells
    (path, column), value = data.draw(st.sampled_from(sorted(counted.items(), key=str)))

    keys = [*zip((one.key for one in table.rows), path, strict=False)]
    if column is not None and table.column:
        keys.append((table.column.key, column))
    inside = table.question.inside(tuple(keys))

    assert rounded(counting.total(inside) or None) == rounded(value or None)
    people = records.narrow(Customer.objects.visible_to(marketer), [inside.address], marketer)
    assert set(people) == {
        Customer.objects.get(pk=pk)
        for pk in inside.rows().values_list(table.question.subject.people, flat=True)
    }


@pytest.mark.parametrize("measure", ["orders", "customers", "average"])
def test_the_rest_is_one_row_that_is_right(base: list[Customer], marketer: User, measure: str) -> None:
    """Different customers and averages of the rest cannot be added up from its parts."""
    asked = layout(marketer, "orders", measure, ["day"], "channel", top="5")

    table = arranging.table(asked)

    assert len(table.rows) == 6
    assert table.rows[-1] == (OTHERS,)
    kept = table.rest[0]
    only, value = oracle.MEASURES["orders", measure]
    facts = oracle.frame("orders")
    facts = facts[facts.apply(only, axis=1) & ~facts["day"].isin(kept)]
    assert rounded(table.value((OTHERS,))) == rounded(value(facts))
    web = facts[facts["channel"] == "web"]
    assert rounded(table.value((OTHERS,), "web")) == rounded(value(web))
    but = asked.question.inside((), tuple(("day", key) for key in kept))
    assert rounded(counting.total(but)) == rounded(value(facts))


def test_shares_are_of_the_row_the_column_and_all(base: list[Customer], marketer: User) -> None:
    shares = {
        kind: arranging.table(layout(marketer, "orders", "orders", ["channel"], "status", share=kind))
        for kind in ("row", "column", "total")
    }
    counted = oracle.cells("orders", "orders", ["channel"], "status")
    for (path, column), value in counted.items():
        wholes = {"row": counted[path, None], "column": counted[(), column], "total": counted[(), None]}
        for kind, whole in wholes.items():
            assert shares[kind].share(path, column) == pytest.approx(value / whole)  # type: ignore[operator]


def test_sorting_by_number_name_and_one_column(base: list[Customer], marketer: User) -> None:
    def order(sort: str) -> list[str]:
        table = arranging.table(layout(marketer, "orders", "orders", ["city"], "channel", sort=sort))
        return [path[0] for path in table.rows]

    counted = oracle.cells("orders", "orders", ["city"], "channel")
    cities = {path[0] for path, _column in counted if path}
    assert set(order("")) == cities
    assert [counted[(one,), None] for one in order("-value")] == sorted(
        (counted[(one,), None] for one in cities),
        reverse=True,  # type: ignore[type-var]
    )
    assert order("-name") == order("name")[::-1]
    web = [counted.get(((one,), "web"), 0) for one in order("-in:web")]
    assert web == sorted(web, reverse=True)  # type: ignore[type-var]


def test_months_without_anything_stand_between_the_others(base: list[Customer], marketer: User) -> None:
    table = arranging.table(layout(marketer, "orders", "orders", ["month"], ""))
    months = [path[0] for path in table.rows]
    assert months == sorted(months)
    first, last = (int(one[:4]) * 12 + int(one[5:]) for one in (months[0], months[-1]))
    assert len(months) == last - first + 1
