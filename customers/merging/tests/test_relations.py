"""Relations of people who are joined and parted in a wild order end between those who had them."""

import pytest

from crm.accounts.models import User
from customers import factories
from customers.merging import services
from customers.merging.models import Merge, Move
from customers.models import Customer
from customers.relations.models import Relation

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FAMILY = [(0, 2), (0, 3), (0, 5), (0, 6), (1, 3), (1, 5), (2, 3), (3, 6), (5, 6)]


def test_a_row_finds_home_past_a_merge_whose_way_back_is_blocked(operator: User) -> None:
    """1–3 is carried to 6 and on to 0. It cannot return to 6, because 3–6 stands there, but to 1 it can."""
    people = [factories.customer() for _number in range(7)]
    rows = [Relation.objects.create(one=people[a], other=people[b], kind="family") for a, b in FAMILY]
    before = ends()
    steps = "+60 +54 +13 +65 +26 -54 +24 -26 -65 -60 +61 +25 +06 -13 +30 -30 -06 -25 -61 -24"
    for what, survivor, absorbed in map(tuple, steps.split()):
        turn(what, people[int(survivor)], people[int(absorbed)], operator)
    assert ends() == before
    assert len(rows) == Relation.objects.count()
    assert not Move.objects.exclude(left=[]).exists()


def turn(what: str, survivor: Customer, absorbed: Customer, by: User) -> None:
    if what == "+":
        survivor.refresh_from_db()
        absorbed.refresh_from_db()
        services.merge(survivor, [absorbed], by=by, insist=True)
    else:
        merge = Merge.objects.standing().get(survivor=survivor, absorbed=absorbed)
        services.undo(merge, by=by, despite=True)


def ends() -> set[frozenset[int]]:
    return {frozenset(pair) for pair in Relation.objects.values_list("one", "other")}
