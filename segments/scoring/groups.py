"""The named groups: each of the 25 cells of recency × the mean of frequency and money is in exactly one."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segments.scoring.models import Group

# Per group: recency score, then the mean of the frequency and money scores, rounded up.
CELLS: dict[Group, tuple[tuple[int, int], ...]] = {
    Group.CHAMPION: ((5, 5), (5, 4), (4, 5)),
    Group.LOYAL: ((4, 4), (3, 5), (3, 4)),
    Group.POTENTIAL: ((5, 3), (4, 3), (5, 2), (4, 2)),
    Group.NEW: ((5, 1),),
    Group.PROMISING: ((4, 1),),
    Group.ATTENTION: ((3, 3),),
    Group.SLEEPING: ((3, 2), (3, 1)),
    Group.RISK: ((2, 5), (2, 4), (2, 3)),
    Group.CANNOT_LOSE: ((1, 5), (1, 4)),
    Group.HIBERNATING: ((1, 3), (2, 2), (1, 2)),
    Group.LOST: ((2, 1), (1, 1)),
}
OF_CELL = {cell: group for group, cells in CELLS.items() for cell in cells}
# In the order in which SQL counts them: (recency - 1) * 5 + mean, from 1.
IN_ORDER = [OF_CELL[recency, mean].value for recency in range(1, 6) for mean in range(1, 6)]

ACTIONS: dict[str, str | Promise] = {
    Group.CHAMPION: _("Thank them, ask for reviews and referrals"),
    Group.LOYAL: _("Offer membership and early access"),
    Group.POTENTIAL: _("Recommend what goes with their last order"),
    Group.NEW: _("Welcome them and help with the first use"),
    Group.PROMISING: _("Give a reason for a second order"),
    Group.ATTENTION: _("Send a time-limited offer"),
    Group.SLEEPING: _("Remind them of what they liked"),
    Group.RISK: _("Win them back in person before they go"),
    Group.CANNOT_LOSE: _("Call them and listen"),
    Group.HIBERNATING: _("Send a good offer now and then"),
    Group.LOST: _("Leave them in peace"),
}

TONES: dict[str, int] = {
    Group.CHAMPION: 2,
    Group.LOYAL: 1,
    Group.POTENTIAL: 7,
    Group.NEW: 4,
    Group.PROMISING: 4,
    Group.ATTENTION: 3,
    Group.SLEEPING: 3,
    Group.RISK: 5,
    Group.CANNOT_LOSE: 5,
    Group.HIBERNATING: 6,
    Group.LOST: 0,
}


def group_of(recency: int, frequency: int, monetary: int) -> Group:
    return OF_CELL[recency, (frequency + monetary + 1) // 2]
