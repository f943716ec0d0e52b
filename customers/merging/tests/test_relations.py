"""Relations of people who are joined and parted in a wild order end between those who had them."""

import pytest

from crm.accounts.models import User
from customers import factories
from customers.merging import services
from customers.merging.models import Merge, Move
from customers.models import Customer
from customers.relations.models import Relation

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# Who knows whom, and who is joined (+) and parted (-) in which order.
BLOCKED = (
    [(0, 2), (0, 3), (0, 5), (0, 6), (1, 3), (1, 5), (2, 3), (3, 6), (5, 6)],
    "+60 +54 +13 +65 +26 -54 +24 -26 -65 -60 +61 +25 +06 -13 +30 -30 -06 -25 -61 -24",
)
CARRIED = (
    [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 0)],
    "+47 +14 +30 +13 -13 -14 +13 +41 -30 +50 +45 -50 +24 -45 -13 -24 -41 +34 +23 +12 +01 +60 -01 -12 -23"
    " -60 -34 -47",
)


@pytest.mark.parametrize(("known", "steps"), [BLOCKED, CARRIED], ids=["blocked", "carried"])
def test_rows_find_home(known: list[tuple[int, int]], steps: str, operator: User) -> None:
    """Blocked: 1–3 is carried to 6 and on to 0; it cannot return to 6, where 3–6 stands, but to 1 it can.
    Carried: 3–4 waits at 1 and is at home when 1 becomes part of 4: parting 1 from 4 leaves it there."""
    people = [factories.customer() for _number in range(8)]
    for one, other in known:
        Relation.objects.create(one=people[one], other=people[other], kind="family")
    before = ends()
    for what, survivor, absorbed in map(tuple, steps.split()):
        turn(what, people[int(survivor)], people[int(absorbed)], operator)
    assert ends() == before
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
