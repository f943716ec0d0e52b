"""When a block is shown: one question about the reader, answered alike for one person and for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.campaigns.placeholders import RECOMMENDED, NotUnderstood, Person
from customers.models import Customer
from segments import services as segments
from segments.models import Segment

LONGEST_VALUE = 100
SEGMENT = "segment"


class Op(models.TextChoices):
    IS = "is", pgettext_lazy("condition", "is")
    IS_NOT = "is_not", pgettext_lazy("condition", "is not")
    SET = "set", pgettext_lazy("condition", "is known")
    NOT_SET = "not_set", pgettext_lazy("condition", "is not known")
    ABOVE = "above", pgettext_lazy("condition", "is above")
    BELOW = "below", pgettext_lazy("condition", "is below")


WITHOUT_VALUE = (Op.SET, Op.NOT_SET)
WORDS = (Op.IS, Op.IS_NOT, Op.SET, Op.NOT_SET)
NUMBERS = (Op.ABOVE, Op.BELOW, Op.IS, Op.IS_NOT)


@dataclass(frozen=True)
class Subject:
    """What a condition may ask about. `column` is how SQL knows it, `value` how it stands in a Person."""

    label: str | Promise
    ops: tuple[Op, ...]
    value: Callable[[Person], Any]
    column: str = ""
    choices: type[models.TextChoices] | None = None


def days_since_order(person: Person) -> int | None:
    if person.last_order_at is None:
        return None
    return (timezone.localdate() - timezone.localdate(person.last_order_at)).days


SUBJECTS: Mapping[str, Subject] = {
    "city": Subject(gettext_lazy("City"), WORDS, lambda one: one.city.strip(), "city"),
    "company": Subject(gettext_lazy("Company"), WORDS, lambda one: one.company.strip(), "company"),
    "gender": Subject(
        gettext_lazy("Gender"), WORDS, lambda one: one.gender, "gender", choices=Customer.Gender
    ),
    "kind": Subject(
        gettext_lazy("Kind of customer"),
        (Op.IS, Op.IS_NOT),
        lambda one: one.kind,
        "kind",
        choices=Customer.Kind,
    ),
    "orders": Subject(gettext_lazy("Number of orders"), NUMBERS, lambda one: one.orders, "rollup__orders"),
    "spent": Subject(gettext_lazy("Total spent"), NUMBERS[:2], lambda one: one.spent, "rollup__total"),
    "days_since_order": Subject(
        gettext_lazy("Days since the last order"),
        (*NUMBERS[:2], *WITHOUT_VALUE),
        days_since_order,
        "rollup__last_order_at",
    ),
    RECOMMENDED: Subject(gettext_lazy("Recommended products"), WITHOUT_VALUE, lambda one: one.recommended),
    SEGMENT: Subject(gettext_lazy("Segment"), (Op.IS, Op.IS_NOT), lambda one: one.segments),
}


@dataclass(frozen=True)
class Condition:
    subject: str
    op: Op
    value: str = ""

    @classmethod
    def read(cls, kept: object) -> Self:
        """From JSON. Raises NotUnderstood."""
        if not isinstance(kept, dict) or set(kept) - {"subject", "op", "value"}:
            raise NotUnderstood(_("This condition is not understood."))
        subject, op, value = (kept.get(name, "") for name in ("subject", "op", "value"))
        known = SUBJECTS.get(subject) if isinstance(subject, str) else None
        if known is None or op not in known.ops or not isinstance(value, str):
            raise NotUnderstood(_("This condition is not understood."))
        made = cls(subject, Op(op), "" if op in WITHOUT_VALUE else value.strip())
        made._check(known)
        return made

    def to_json(self) -> dict[str, str]:
        return {"subject": self.subject, "op": self.op.value, "value": self.value}

    def holds(self, person: Person) -> bool:
        value = SUBJECTS[self.subject].value(person)
        if self.op in WITHOUT_VALUE:
            known = value is not None and value not in ("", ())
            return known == (self.op == Op.SET)
        if self.op in (Op.ABOVE, Op.BELOW):
            return value is not None and (value > self.number if self.op == Op.ABOVE else value < self.number)
        return self._is(value) == (self.op == Op.IS)

    def q(self) -> Q | None:
        """The same as a filter on customers; None where SQL cannot say."""
        column = SUBJECTS[self.subject].column
        if self.subject == SEGMENT:
            found = Segment.objects.filter(pk=int(self.value)).first()
            inside = Q(pk__in=segments.members(found).values("pk")) if found else Q(pk=None)
            return inside if self.op == Op.IS else ~inside
        if not column:
            return None
        if self.subject == "days_since_order":
            return self._days(column)
        if self.op in WITHOUT_VALUE:
            return Q(**{column: ""}) if self.op == Op.NOT_SET else ~Q(**{column: ""})
        lookup = {Op.ABOVE: "__gt", Op.BELOW: "__lt"}.get(self.op, "__iexact" if self._asks_words else "")
        found_q = Q(**{f"{column}{lookup}": self.value if self._asks_words else self.number})
        return ~found_q if self.op == Op.IS_NOT else found_q

    @property
    def number(self) -> Decimal:
        return Decimal(self.value)

    @property
    def segment(self) -> int | None:
        """The segment it asks about."""
        return int(self.value) if self.subject == SEGMENT else None

    @property
    def words(self) -> str:
        """As one reads it: City is Shanghai."""
        known = SUBJECTS[self.subject]
        value = str(known.choices(self.value).label) if known.choices and self.value else self.value
        if self.subject == SEGMENT:
            value = Segment.objects.filter(pk=int(self.value)).values_list("name", flat=True).first() or "–"
        return " ".join(part for part in (str(known.label), str(self.op.label), value) if part)

    @property
    def _asks_words(self) -> bool:
        return SUBJECTS[self.subject].ops[0] == Op.IS

    def _is(self, value: Any) -> bool:
        if self.subject == SEGMENT:
            return self.segment in value
        if self._asks_words:
            return bool(str(value).casefold() == self.value.casefold())
        return bool(value == self.number)

    def _days(self, column: str) -> Q:
        if self.op in WITHOUT_VALUE:
            return Q(**{f"{column}__isnull": self.op == Op.NOT_SET})
        days = int(self.number)
        if self.op == Op.ABOVE:
            return Q(**{f"{column}__lt": _midnight(days)})
        return Q(**{f"{column}__gte": _midnight(days - 1)})

    def _check(self, known: Subject) -> None:
        if self.op in WITHOUT_VALUE:
            return
        if not self.value or len(self.value) > LONGEST_VALUE or not self.value.isprintable():
            raise NotUnderstood(_("Say what the block's condition compares with."))
        if known.choices and self.value not in known.choices.values:
            raise NotUnderstood(_("This condition is not understood."))
        if self.subject == SEGMENT and not (self.value.isdecimal() and len(self.value) < 18):
            raise NotUnderstood(_("Choose the segment of the condition."))
        if not self._asks_words:
            self._check_number()

    def _check_number(self) -> None:
        try:
            number = self.number
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or not 0 <= number < 10**9:
            raise NotUnderstood(_("This condition compares with a number."))
        if self.subject != "spent" and number != int(number):
            raise NotUnderstood(_("This condition compares with a whole number."))


def _midnight(days_ago: int) -> datetime:
    """The beginning of the day so many days ago, by the company's clock; long ago at the earliest."""
    day = timezone.localdate() - timedelta(days=min(days_ago, 20_000))
    return timezone.make_aware(datetime.combine(day, time())).astimezone(UTC)
