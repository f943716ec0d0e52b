"""The named groups are a partition of the 25 cells."""

from itertools import product

from segments.scoring.groups import ACTIONS, CELLS, IN_ORDER, OF_CELL, TONES, group_of
from segments.scoring.models import Group

EVERY_CELL = set(product(range(1, 6), range(1, 6)))


def test_every_cell_is_in_exactly_one_group() -> None:
    listed = [cell for cells in CELLS.values() for cell in cells]
    assert len(listed) == 25
    assert set(listed) == EVERY_CELL == set(OF_CELL)


def test_every_group_has_cells_an_action_and_a_tone() -> None:
    assert set(CELLS) == set(ACTIONS) == set(TONES) == set(Group)


def test_the_order_in_sql_is_recency_then_mean() -> None:
    assert IN_ORDER[0] == Group.LOST
    assert IN_ORDER[4] == Group.CANNOT_LOSE
    assert IN_ORDER[24] == Group.CHAMPION
    assert IN_ORDER[20] == Group.NEW


def test_the_mean_is_rounded_up() -> None:
    assert group_of(5, 1, 2) == Group.POTENTIAL
    assert group_of(5, 1, 1) == Group.NEW
    assert group_of(1, 5, 2) == Group.CANNOT_LOSE
