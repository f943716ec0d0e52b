"""What a rule may ask about a customer. Apps register their facts in `AppConfig.ready()`:

    facts.register(Fact("orders.total", _("Total spent"), Group.ORDERS, Kind.MONEY, column("rollup__total")))

The kind decides which operators a fact has and which values they take. `build` turns an operator and its
value into a condition on Customer that is true or false, never NULL: then "not" is the exact complement.
Builders see only operators that do not negate another one. Where the answer lies in rows of another table,
`ids` names the customers of those rows: asking for everybody at once then reads that table once, and not once
for each customer (segments.rows makes both from one question).

Facts that come and go while the product runs all begin with one word, and are registered by what gives them:
`register_source("custom", source)`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User

Text = str | Promise


@dataclass(frozen=True)
class Window:
    """How often or how much; within how many days (None: ever); of what (empty: of anything)."""

    number: int | Decimal
    days: int | None = None
    of: tuple[Any, ...] = ()


Value = str | int | Decimal | date | Window | tuple[Any, ...] | None


class Group(models.TextChoices):
    """Under which heading the builder offers a fact."""

    PROFILE = "profile", _("Profile")
    CUSTOM = "custom", _("Custom fields")
    ORDERS = "orders", _("Orders")
    CONTACT = "contact", _("Contact")
    SCORES = "scores", _("Scores")
    CONSENT = "consent", _("Consent")
    CAMPAIGNS = "campaigns", _("Campaigns")
    SEGMENTS = "segments", _("Segments")


# Who may not see orders learns nothing of them by asking about them.
NEEDS: dict[str, tuple[str, str]] = {
    Group.ORDERS: ("order", "view"),
    Group.SCORES: ("score", "view"),
    Group.CONSENT: ("consent", "view"),
    Group.CAMPAIGNS: ("campaign", "view"),
    Group.SEGMENTS: ("segment", "view"),
}


class Kind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    RECORD = "record"
    TAGS = "tags"
    NUMBER = "number"
    MONEY = "money"
    SCORE = "score"
    DECIMAL = "decimal"
    SEVERAL = "several"
    DATE = "date"
    DAY = "day"
    ANNIVERSARY = "anniversary"
    FLAG = "flag"
    # How often something happened, and what it came to, in a span of time.
    TIMES = "times"
    SPENT = "spent"


WINDOWED = (Kind.TIMES, Kind.SPENT)


class Takes(Enum):
    """How many values an operator wants."""

    NOTHING = 0
    ONE = 1
    RANGE = 2
    MANY = 3
    DAYS = 4
    WINDOW = 5


@dataclass(frozen=True)
class Operator:
    """One way to ask. `negates` names the operator of which it is the exact opposite."""

    key: str
    label: Text
    takes: Takes
    negates: str = ""


FILLED = (
    Operator("filled", pgettext_lazy("condition", "is filled in"), Takes.NOTHING),
    Operator("empty", pgettext_lazy("condition", "is empty"), Takes.NOTHING, negates="filled"),
)
CHOSEN = (
    Operator("any_of", pgettext_lazy("condition", "is one of"), Takes.MANY),
    Operator("none_of", pgettext_lazy("condition", "is none of"), Takes.MANY, negates="any_of"),
)
COUNTED = (
    Operator("at_least", pgettext_lazy("condition", "is at least"), Takes.ONE),
    Operator("at_most", pgettext_lazy("condition", "is at most"), Takes.ONE),
    Operator("between", pgettext_lazy("condition", "is between"), Takes.RANGE),
    Operator("is", pgettext_lazy("condition", "is exactly"), Takes.ONE),
    Operator("is_not", pgettext_lazy("condition", "is not"), Takes.ONE, negates="is"),
)
WRITTEN = (
    Operator("contains", pgettext_lazy("condition", "contains"), Takes.ONE),
    Operator("lacks", pgettext_lazy("condition", "does not contain"), Takes.ONE, negates="contains"),
    Operator("starts", pgettext_lazy("condition", "starts with"), Takes.ONE),
)
TAGGED = (
    Operator("any_of", pgettext_lazy("condition", "has one of"), Takes.MANY),
    Operator("all_of", pgettext_lazy("condition", "has all of"), Takes.MANY),
    Operator("none_of", pgettext_lazy("condition", "has none of"), Takes.MANY, negates="any_of"),
)
DATED = (
    Operator("within", pgettext_lazy("condition", "in the last … days"), Takes.DAYS),
    Operator("beyond", pgettext_lazy("condition", "more than … days ago"), Takes.DAYS),
    Operator("since", pgettext_lazy("condition", "on or after"), Takes.ONE),
    Operator("until", pgettext_lazy("condition", "on or before"), Takes.ONE),
    Operator("between", pgettext_lazy("condition", "is between"), Takes.RANGE),
    Operator("filled", pgettext_lazy("condition", "has happened"), Takes.NOTHING),
    Operator("empty", pgettext_lazy("condition", "never happened"), Takes.NOTHING, negates="filled"),
)
# Days that may lie in the future, such as the end of a contract.
PLANNED = (
    Operator("within", pgettext_lazy("condition", "in the last … days"), Takes.DAYS),
    Operator("ahead", pgettext_lazy("condition", "in the next … days"), Takes.DAYS),
    Operator("beyond", pgettext_lazy("condition", "more than … days ago"), Takes.DAYS),
    *(one for one in DATED if one.key in ("since", "until", "between")),
    *FILLED,
)
COMING = (Operator("ahead", pgettext_lazy("condition", "in the next … days"), Takes.DAYS),)
ANSWERED = (
    Operator("yes", pgettext_lazy("condition", "yes"), Takes.NOTHING),
    Operator("no", pgettext_lazy("condition", "no"), Takes.NOTHING, negates="yes"),
)

# The builder of a count sees "at_least" and "more_than": who has no row at all is in neither.
REPEATED = (
    Operator("at_least", pgettext_lazy("condition", "at least … times"), Takes.WINDOW),
    Operator("at_most", pgettext_lazy("condition", "at most … times"), Takes.WINDOW, negates="more_than"),
)
SUMMED = (
    Operator("at_least", pgettext_lazy("condition", "at least …"), Takes.WINDOW),
    Operator("at_most", pgettext_lazy("condition", "at most …"), Takes.WINDOW, negates="more_than"),
)

OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: CHOSEN + WRITTEN + FILLED,
    Kind.CHOICE: CHOSEN + FILLED,
    Kind.RECORD: CHOSEN + FILLED,
    Kind.TAGS: TAGGED,
    Kind.SEVERAL: TAGGED + FILLED,
    Kind.NUMBER: COUNTED,
    Kind.DECIMAL: COUNTED + FILLED,
    Kind.MONEY: COUNTED,
    Kind.SCORE: COUNTED,
    Kind.DATE: DATED,
    Kind.DAY: PLANNED,
    Kind.ANNIVERSARY: COMING,
    Kind.FLAG: ANSWERED,
    Kind.TIMES: REPEATED,
    Kind.SPENT: SUMMED,
}


@dataclass(frozen=True)
class Test:
    """What a builder is asked: the operator, its value, and the moment for which the answer holds.

    With `among`, rows of other tables are asked about these customers only.
    """

    operator: str
    value: Any
    as_of: datetime
    among: Sequence[int] | None = None

    @property
    def today(self) -> date:
        return self.as_of.astimezone(zone()).date()


Build = Callable[[Test], Q]
Ids = Callable[[Test], QuerySet[Any, Any]]


def _nothing(user: User) -> Sequence[str]:
    return ()


def _everybody(user: User) -> bool:
    return True


@dataclass(frozen=True)
class Fact:
    """One thing a rule may ask. `choices` are all values there are, `suggest` some that the user may see.

    A windowed fact may be narrowed to values of the kind `of`.
    """

    key: str
    label: Text
    group: Group
    kind: Kind
    build: Build
    choices: Callable[[], Sequence[tuple[Any, Text]]] = tuple
    suggest: Callable[[User], Sequence[str]] = _nothing
    without: frozenset[str] = frozenset()
    open_to: Callable[[User], bool] = _everybody
    ids: Ids | None = None
    # Of rows of a large table, which several conditions share in one reading (segments.rows.Share).
    share: Callable[[Test], Any] | None = None
    of: Kind | None = None

    @property
    def listed(self) -> Kind:
        """The kind of the values that are chosen from lists."""
        return self.of or self.kind

    @property
    def operators(self) -> tuple[Operator, ...]:
        return tuple(one for one in OPERATORS[self.kind] if one.key not in self.without)

    def is_open_to(self, user: User) -> bool:
        needs = NEEDS.get(self.group)
        return self.open_to(user) and (needs is None or user.may(*needs))

    def operator(self, key: object) -> Operator | None:
        return next((one for one in self.operators if one.key == key), None)


_facts: dict[str, Fact] = {}
_sources: dict[str, Callable[[], Iterable[Fact]]] = {}
# For facts about which "empty" says nothing: every row has a value.
ALWAYS_FILLED = frozenset({"filled", "empty"})


def register(fact: Fact) -> None:
    _facts[fact.key] = fact


def register_source(prefix: str, source: Callable[[], Iterable[Fact]]) -> None:
    _sources[prefix] = source


def find(key: object) -> Fact | None:
    if not isinstance(key, str):
        return None
    if source := _sources.get(key.partition(".")[0]):
        return next((fact for fact in source() if fact.key == key), None)
    return _facts.get(key)


def all_facts() -> list[Fact]:
    """In the order of their groups, and within a group as they were registered."""
    groups = list(Group)
    added = (fact for source in _sources.values() for fact in source())
    return sorted((*_facts.values(), *added), key=lambda fact: groups.index(fact.group))


def zone() -> ZoneInfo:
    """Days begin and end where the company is."""
    return ZoneInfo(settings.TIME_ZONE)


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def column(path: str) -> Build:
    """Builds conditions on one column of the customer or of a row that it has once, such as its rollup."""

    def build(test: Test) -> Q:
        return Q(**{f"{path}__isnull": False}) & _compared(path, test)

    return build


def moment(path: str) -> Build:
    """The same for a column of moments; rules ask about whole days."""

    def build(test: Test) -> Q:
        return Q(**{f"{path}__isnull": False}) & _on_days(path, test)

    return build


LOOKUPS = {
    "any_of": "in",
    "contains": "icontains",
    "starts": "istartswith",
    "is": "exact",
    "at_least": "gte",
    "at_most": "lte",
}


def _compared(path: str, test: Test) -> Q:
    if test.operator == "between":
        low, high = test.value
        return Q(**{f"{path}__gte": low, f"{path}__lte": high})
    if test.operator == "filled":
        return ~Q(**{path: ""})
    if test.operator == "yes":
        return Q(**{path: True})
    return Q(**{f"{path}__{LOOKUPS[test.operator]}": test.value})


def _on_days(path: str, test: Test) -> Q:
    if test.operator == "filled":
        return Q()
    if test.operator == "within":
        return Q(**{f"{path}__gte": start_of(test.today - timedelta(days=test.value))})
    if test.operator == "beyond":
        return Q(**{f"{path}__lt": start_of(test.today - timedelta(days=test.value))})
    first, last = test.value if test.operator == "between" else (test.value, test.value)
    after = Q(**{f"{path}__gte": start_of(first)})
    before = Q(**{f"{path}__lt": start_of(last + timedelta(days=1))})
    return {"since": after, "until": before, "between": after & before}[test.operator]
