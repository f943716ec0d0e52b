"""What a pivot asks, read from its address. Raises BadInput for what no link of ours could say.

A question is which rows are looked at and which number they give; a layout is how the numbers are laid out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm.accounts.models import User
from crm.desk.pivot import periods, subjects
from crm.desk.pivot.dimensions import Dimension
from crm.desk.pivot.periods import Period
from crm.desk.pivot.subjects import Measure, Subject
from crm.lib.errors import BadInput
from customers import conditions
from customers.conditions import Rule
from customers.models import Customer
from segments.facts import start_of
from segments.models import Membership, Segment

MOST_CONDITIONS, LONGEST_KEY = 80, 200
MOST_ROWS, MOST_COLUMNS = 1_000, 60
TOPS = (5, 10, 20, 50)
SHARES: dict[str, str | Promise] = {
    "row": pgettext_lazy("share", "of the row"),
    "column": pgettext_lazy("share", "of the column"),
    "total": pgettext_lazy("share", "of everything"),
}
CHARTS: dict[str, str | Promise] = {
    "bar": gettext_lazy("Bars"),
    "line": gettext_lazy("Lines"),
    "none": gettext_lazy("No chart"),
}
# Sorting by one column of the table.
IN = "in:"
Pairs = tuple[tuple[str, str], ...]
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Question:
    """`at` are values a row must have, `but` those it must not have: what makes a cell."""

    user: User
    subject: Subject
    measure: Measure
    period: Period
    segment: Segment | None = None
    rule: Rule | None = None
    at: Pairs = ()
    but: Pairs = ()

    @cached_property
    def dimensions(self) -> dict[str, Dimension]:
        return self.subject.dimensions_for(self.user)

    def rows(self) -> QuerySet[Any]:
        """The rows this colleague may see and that are asked for."""
        rows = self.subject.rows(self.user).filter(self.measure.only).filter(self._in_period())
        if self.segment or self.rule:
            rows = rows.filter(**{f"{self.subject.people}__in": self._people().values("pk")})
        for key, value in self.at:
            rows = rows.filter(self.dimensions[key].match(value))
        if self.but:
            rows = rows.exclude(reduce(or_, (self.dimensions[key].match(value) for key, value in self.but)))
        return rows.order_by()

    def _people(self) -> Any:
        people = Customer.objects.visible_to(self.user)
        if self.segment:
            people = people.filter(pk__in=Membership.objects.filter(segment=self.segment).values("customer"))
        return self.rule.narrow(people) if self.rule else people

    def _in_period(self) -> Q:
        moment, inside = self.subject.moment, Q()
        if self.period.first:
            inside &= Q(**{f"{moment}__gte": start_of(self.period.first)})
        if self.period.last:
            inside &= Q(**{f"{moment}__lt": start_of(periods.after(self.period.last))})
        return inside

    def inside(self, at: Pairs, but: Pairs = ()) -> "Question":
        return replace(self, at=(*self.at, *at), but=(*self.but, *but))

    def said(self) -> list[tuple[str, list[str]]]:
        period = self.period
        is_own = period.key == periods.OWN
        return [
            ("subject", [self.subject.key]),
            ("measure", [self.measure.key]),
            ("period", [period.key]),
            ("from", [str(period.first)] if is_own and period.first else []),
            ("to", [str(period.last)] if is_own and period.last else []),
            ("segment", [str(self.segment.pk)] if self.segment else []),
            ("rule", [self.rule.text] if self.rule else []),
            ("at", [f"{key}:{value}" for key, value in self.at]),
            ("but", [f"{key}:{value}" for key, value in self.but]),
        ]

    @property
    def address(self) -> str:
        return _written(self.said())


@dataclass(frozen=True)
class Layout:
    question: Question
    rows: tuple[Dimension, ...]
    column: Dimension | None = None
    sort: str = ""
    top: int = 0
    share: str = ""
    chart: str = ""

    @property
    def measure(self) -> Measure:
        return self.question.measure

    @property
    def used(self) -> tuple[Dimension, ...]:
        """Rows first, then the column."""
        return (*self.rows, self.column) if self.column else self.rows

    @property
    def is_adapted(self) -> bool:
        return bool(self.top or self.share or self.chart)

    @property
    def address(self) -> str:
        """Always written the same way for the same table: what a saved pivot keeps."""
        return self.address_with()

    def without(self, *, at: tuple[str, str] | None = None, rest: bool = False, rule: bool = False) -> str:
        """The address of the same table with one condition less."""
        asked = self.question
        asked = replace(
            asked,
            at=tuple(pair for pair in asked.at if pair != at),
            but=() if rest else asked.but,
            rule=None if rule else asked.rule,
        )
        return replace(self, question=asked).address

    def address_with(self, **changes: str) -> str:
        said = [
            *self.question.said(),
            ("rows", [one.key for one in self.rows]),
            ("column", [self.column.key] if self.column else []),
            ("sort", [self.sort] if self.sort else []),
            ("top", [str(self.top)] if self.top else []),
            ("share", [self.share] if self.share else []),
            ("chart", [self.chart] if self.chart else []),
        ]
        return _written([(key, [changes[key]] if key in changes else values) for key, values in said])


def question(query: QueryDict, user: User) -> Question:
    offered = subjects.all_for(user)
    if not offered:
        raise BadInput(_("There is nothing here that you may count."))
    subject = _find(offered, query.get("subject", ""), _("There is nothing of this name to count."))
    measure = _find(
        subject.measures_for(user), query.get("measure", ""), _("There is no such number in this table.")
    )
    found = Question(
        user,
        subject,
        measure,
        periods.read(query.get("period") or subject.period, query.get("from", ""), query.get("to", "")),
        _segment(query.get("segment", ""), user),
        conditions.read(query.get("rule", ""), user),
    )
    return replace(found, at=_pairs(query.getlist("at"), found), but=_pairs(query.getlist("but"), found))


def layout(query: QueryDict, user: User) -> Layout:
    asked = question(query, user)
    names = [key for key in query.getlist("rows") if key]
    column = query.get("column", "")
    if not names:
        names, column = (
            [asked.subject.usual[0]],
            column or ("" if "column" in query else asked.subject.usual[1]),
        )
    rows = tuple(_dimension(asked, key) for key in dict.fromkeys(names))
    if len(rows) > 2:
        raise BadInput(_("A table has at most two dimensions in its rows."))
    return Layout(
        asked,
        rows,
        _dimension(asked, column) if column and column not in names else None,
        _sort(query.get("sort", "")),
        _top(query.get("top", "")),
        _known(SHARES, query.get("share", "")) if asked.measure.adds_up else "",
        _known(CHARTS, query.get("chart", "")),
    )


def written(query: str, user: User) -> Layout:
    """The layout that an address holds."""
    return layout(QueryDict(query), user)


def canonical(query: str, user: User) -> str:
    return written(query, user).address


def _find(offered: dict[str, Entry], key: str, problem: str) -> Entry:
    """The one of this key; the first one when none is asked for."""
    if key and key not in offered:
        raise BadInput(problem)
    return offered[key] if key else next(iter(offered.values()))


def _dimension(asked: Question, key: str) -> Dimension:
    if key not in asked.dimensions:
        raise BadInput(_("The table cannot be laid out by this."))
    return asked.dimensions[key]


def _segment(text: str, user: User) -> Segment | None:
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    found = Segment.objects.visible_to(user).filter(pk=int(text)).first() if is_number else None
    if found is None:
        raise BadInput(_("There is no such segment."))
    return found


def _pairs(texts: Sequence[str], asked: Question) -> Pairs:
    if len(texts) > MOST_CONDITIONS or any(len(text) > LONGEST_KEY for text in texts):
        raise BadInput(_("This address asks for too much at once."))
    pairs = tuple(
        (key, value) for text in dict.fromkeys(texts) for key, _colon, value in [text.partition(":")]
    )
    for key, value in pairs:
        _dimension(asked, key).match(value)
    return pairs


def _sort(text: str) -> str:
    key = text.removeprefix("-")
    if text and key not in ("name", "value") and not (key.startswith(IN) and len(key) <= LONGEST_KEY):
        raise BadInput(_("The table cannot be sorted by this."))
    return text


def _top(text: str) -> int:
    if text and text not in map(str, TOPS):
        raise BadInput(_("So many rows cannot be chosen."))
    return int(text or 0)


def _known(choices: dict[str, str | Promise], text: str) -> str:
    if text and text not in choices:
        raise BadInput(_("There is no such choice."))
    return text


def _written(said: Sequence[tuple[str, list[str]]]) -> str:
    query = QueryDict(mutable=True)
    for key, values in said:
        if any(values):
            query.setlist(key, values)
    return query.urlencode()
