"""Reading the values of a rule. What does not fit is refused with a sentence for the person who typed it."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.lib.errors import BadInput
from segments.facts import Fact, Kind, Operator, Takes, Value, Window

LONGEST_TEXT = 200
MOST_VALUES = 1000
MOST_DAYS = 36_500
OLDEST, NEWEST = 1850, 2200
WHOLE = re.compile(r"-?[0-9]{1,9}")
AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(fact: Fact, operator: Operator, raw: object) -> Value:
    """The value in the type that the fact's builder expects. Raises BadInput."""
    if operator.takes is Takes.NOTHING:
        return None
    if operator.takes is Takes.DAYS:
        return _days(raw)
    if operator.takes is Takes.WINDOW:
        return _window(fact, operator, raw)
    one = READERS[fact.kind]
    if operator.takes is Takes.ONE:
        found: Value = one(fact, raw)
        return found
    values = _list(raw)
    if operator.takes is Takes.RANGE:
        return _range(fact, one, values)
    # Each value once, in the order given.
    return tuple(dict.fromkeys(one(fact, value) for value in values))


def plain(value: Value) -> Any:
    """The same value as JSON has it."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Window):
        return {"number": plain(value.number), "days": value.days, "of": list(value.of)}
    return str(value) if isinstance(value, Decimal | date) else value


def _window(fact: Fact, operator: Operator, raw: object) -> Window:
    if not isinstance(raw, dict):
        raise BadInput(_("Enter a number."))
    number = READERS[fact.kind](fact, raw.get("number"))
    # "At least nothing" would be true of everybody, and "at most less than nothing" of nobody.
    if number < (0 if operator.negates else Decimal("0.01")):
        raise BadInput(_("This number is too small."))
    days, of = raw.get("days"), raw.get("of") or ()
    return Window(
        number,
        None if days in (None, "") else _days(days),
        tuple(dict.fromkeys(READERS[fact.of](fact, one) for one in _list(of))) if of and fact.of else (),
    )


def _list(raw: object) -> list[Any]:
    if not isinstance(raw, list | tuple):
        raise BadInput(_("A list of values is expected here."))
    if not raw:
        raise BadInput(_("Choose at least one value."))
    if len(raw) > MOST_VALUES:
        raise BadInput(
            ngettext("At most %(number)d value fits.", "At most %(number)d values fit.", MOST_VALUES)
            % {"number": MOST_VALUES}
        )
    return list(raw)


def _range(fact: Fact, one: "Reader", values: list[Any]) -> Value:
    if len(values) != 2:
        raise BadInput(_("A lowest and a highest value are expected here."))
    low, high = one(fact, values[0]), one(fact, values[1])
    if low > high:
        raise BadInput(_("The first value must not be larger than the second."))
    return low, high


def _text(fact: Fact, raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise BadInput(_("Enter some text."))
    if len(raw) > LONGEST_TEXT:
        raise BadInput(_("This text is too long."))
    # PostgreSQL stores neither NUL nor halves of surrogate pairs.
    if "\x00" in raw or any("\ud800" <= sign <= "\udfff" for sign in raw):
        raise BadInput(_("This text holds a character that cannot be used."))
    return raw.strip()


def _choice(fact: Fact, raw: object) -> str:
    if not isinstance(raw, str) or raw not in {str(value) for value, _label in fact.choices()}:
        raise BadInput(_("This is not one of the choices."))
    return raw


def _record(fact: Fact, raw: object) -> int:
    # Whether it still exists is not asked: a rule outlives the colleague it names, and then matches nobody.
    return _whole(fact, raw)


def _whole(fact: Fact, raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, str | int) or not WHOLE.fullmatch(_short(raw)):
        raise BadInput(_("Enter a whole number."))
    return int(raw)


def _score(fact: Fact, raw: object) -> int:
    value = _whole(fact, raw)
    if not 1 <= value <= 5:
        raise BadInput(_("Scores go from 1 to 5."))
    return value


def _amount(fact: Fact, raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, str | int) or not AMOUNT.fullmatch(_short(raw)):
        raise BadInput(_("Enter an amount, for example 199.50."))
    return Decimal(_short(raw))


def _day(fact: Fact, raw: object) -> date:
    if isinstance(raw, str) and DAY.fullmatch(raw):
        try:
            found = date.fromisoformat(raw)
        except ValueError:
            found = date.min
        if OLDEST <= found.year <= NEWEST:
            return found
    raise BadInput(_("Enter a date."))


def _days(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, str | int) or not WHOLE.fullmatch(_short(raw)):
        raise BadInput(_("Enter a number of days."))
    if not 0 <= int(raw) <= MOST_DAYS:
        raise BadInput(_("Enter a number of days from 0 to %(most)s.") % {"most": f"{MOST_DAYS:,}"})
    return int(raw)


def _short(raw: str | int) -> str:
    """Python refuses to write a number of thousands of digits, so such numbers are never written."""
    return raw.strip() if isinstance(raw, str) else str(raw) if abs(raw) < 10**15 else ""


Reader = Callable[[Fact, object], Any]
READERS: dict[Kind, Reader] = {
    Kind.TEXT: _text,
    Kind.TAGS: _text,
    Kind.CHOICE: _choice,
    Kind.RECORD: _record,
    Kind.NUMBER: _whole,
    Kind.SCORE: _score,
    Kind.MONEY: _amount,
    Kind.DECIMAL: _amount,
    Kind.SEVERAL: _choice,
    Kind.DATE: _day,
    Kind.DAY: _day,
    Kind.TIMES: _whole,
    Kind.SPENT: _amount,
}
