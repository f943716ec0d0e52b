from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.utils import timezone

from crm.lib import paging
from crm.lib.errors import BadInput
from customers import factories
from customers.models import Customer

pytestmark = pytest.mark.django_db

START = datetime(2025, 1, 1, tzinfo=UTC)


def walk(order: str, size: int) -> list[str]:
    names: list[str] = []
    cursor = ""
    while True:
        page = paging.keyset(Customer.objects.all(), order, cursor, size=size)
        names += [row.name for row in page.rows]
        if not page.next:
            return names
        cursor = page.next


def test_pages_show_every_row_once_in_order_even_with_ties() -> None:
    for number in range(7):
        factories.customer(name=f"c{number}", touched_at=START + timedelta(days=number // 3))
    assert walk("-touched_at", 2) == ["c6", "c5", "c4", "c3", "c2", "c1", "c0"]
    assert walk("touched_at", 2) == ["c0", "c1", "c2", "c3", "c4", "c5", "c6"]


@pytest.mark.parametrize("order", ["-touched_at", "touched_at"])
def test_looking_near_by_first_changes_no_page(order: str) -> None:
    for days in (0, 0, 1, 2, 9, 30, 31, 32, 400, 401):
        factories.customer(touched_at=timezone.now() - timedelta(days=days))
    rows = Customer.objects.all()
    for size in (1, 2, 3):
        cursors = [""]
        for cursor in cursors:
            plain = paging.keyset(rows, order, cursor, size=size)
            near = paging.keyset(rows, order, cursor, size=size, near=timedelta(days=2))
            assert near.rows == plain.rows
            assert (bool(near.next), bool(near.previous)) == (bool(plain.next), bool(plain.previous))
            cursors += [one for one in (plain.next, plain.previous) if one and len(cursors) < 20]


@pytest.mark.parametrize("order", ["-touched_at", "touched_at", "-name", "organisation__name"])
def test_gathering_first_changes_no_page(order: str) -> None:
    group = factories.customer(name="Group", kind="organisation")
    for number in range(7):
        moment = START + timedelta(days=number // 3)
        factories.customer(name=f"c{number % 5}", touched_at=moment, organisation=group)
    rows = Customer.objects.exclude(organisation=None)
    for size in (1, 3):
        cursors = [""]
        for cursor in cursors:
            plain = paging.keyset(rows, order, cursor, size=size, related=["organisation"])
            gathered = paging.keyset(rows, order, cursor, size=size, related=["organisation"], gathers=True)
            assert gathered.rows == plain.rows
            assert (bool(gathered.next), bool(gathered.previous)) == (bool(plain.next), bool(plain.previous))
            cursors += [one for one in (plain.next, plain.previous) if one and len(cursors) < 20]


def test_one_can_go_back_the_way_one_came() -> None:
    for number in range(5):
        factories.customer(name=f"c{number}")
    first = paging.keyset(Customer.objects.all(), "name", size=2)
    second = paging.keyset(Customer.objects.all(), "name", first.next, size=2)
    back = paging.keyset(Customer.objects.all(), "name", second.previous, size=2)
    assert [row.name for row in back.rows] == ["c0", "c1"]
    assert back.previous == ""
    assert back.next


def test_a_column_of_another_table_can_be_the_order() -> None:
    for name, total in (("low", 1), ("high", 9), ("middle", 5)):
        one = factories.customer(name=name)
        one.rollup.total = total
        one.rollup.save()
    assert walk("-rollup__total", 1) == ["high", "middle", "low"]


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "\u0000", "W10:1abc:sig", "'; drop table x --"])
def test_a_forged_cursor_is_refused_with_a_sentence(cursor: str) -> None:
    with pytest.raises(BadInput):
        paging.keyset(Customer.objects.all(), "name", cursor)


def test_a_cursor_of_another_order_is_refused() -> None:
    for name in "abc":
        factories.customer(name=name)
    page = paging.keyset(Customer.objects.all(), "name", size=1)
    with pytest.raises(BadInput):
        paging.keyset(Customer.objects.all(), "-touched_at", page.next)


@pytest.mark.parametrize(
    "content", [[], {}, "text", ["name"], ["name", False, "datetime", "never", "one"], None]
)
def test_a_signed_cursor_of_another_shape_is_refused(content: object) -> None:
    with pytest.raises(BadInput):
        paging.keyset(Customer.objects.all(), "name", signing.dumps(content, salt=paging.SALT))
