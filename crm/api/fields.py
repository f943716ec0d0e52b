"""The types of which requests are made: they take what can be stored, and nothing else."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

from crm.lib import money, phones, reading

EARLIEST, LATEST = 1900, 2200
# Clocks of tills and phones run ahead a little.
AHEAD = timedelta(days=1)
BIGGEST_ID = 2**63 - 1


class Body(BaseModel):
    """What comes in. A field that is not listed is refused, so none is ever set by accident."""

    model_config = ConfigDict(extra="forbid")


class Question(BaseModel):
    """What an address asks. `asked_by` refuses parameters that are not among its fields."""


class Problem(BaseModel):
    """How every "no" looks."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = []


def _line(longest: int) -> AfterValidator:
    """Composed Unicode without line breaks, as everywhere else in the product."""
    return AfterValidator(partial(reading.line, longest=longest))


def _some(text: str) -> str:
    if not text:
        raise ValueError(_("This field is required."))
    return text


def _text(text: str) -> str:
    return text.strip()


def _reader(read: Callable[[str], str], *, required: bool = False) -> AfterValidator:
    """A reader of cells, which knows every way in which people write such a thing."""
    return AfterValidator(lambda text: _some(read(text)) if required else read(text))


def _moment(moment: datetime) -> datetime:
    if moment.year < EARLIEST:
        raise reading.Unreadable("too_old")
    if moment > timezone.now() + AHEAD:
        raise reading.Unreadable("future_date")
    return moment


def _past_day(day: date) -> date:
    if day.year < EARLIEST:
        raise reading.Unreadable("too_old")
    if day > timezone.localdate():
        raise reading.Unreadable("future_date")
    return day


def _day(day: date) -> date:
    if not EARLIEST <= day.year <= LATEST:
        raise reading.Unreadable("bad_date")
    return day


def _written(value: Any) -> Any:
    """A bare number would be seconds to some and days to others."""
    if not isinstance(value, str):
        raise reading.Unreadable("bad_date")
    return value


def _number(value: Any) -> Any:
    """12.5 or "12.50"; true is no amount."""
    if isinstance(value, bool):
        raise reading.Unreadable("bad_amount")
    return value


Id = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Source = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=40)]
Key = Annotated[str, Field(min_length=1, max_length=120), _line(120), AfterValidator(_some)]
Name = Annotated[str, Field(min_length=1, max_length=200), _line(200), AfterValidator(_some)]
Word = Annotated[str, Field(max_length=40), _line(40)]
Line80 = Annotated[str, Field(max_length=80), _line(80)]
Line100 = Annotated[str, Field(max_length=100), _line(100)]
Line200 = Annotated[str, Field(max_length=200), _line(200)]
Line300 = Annotated[str, Field(max_length=300), _line(300)]
Text = Annotated[str, Field(max_length=5000), AfterValidator(_text)]
Phone = Annotated[str, Field(max_length=40), _reader(phones.normalise)]
Email = Annotated[str, Field(max_length=254), _reader(reading.email)]
Currency = Annotated[str, Field(max_length=10), _reader(money.currency, required=True)]
Amount = Annotated[
    Decimal, BeforeValidator(_number), Field(ge=0, le=money.LARGEST, max_digits=14, decimal_places=2)
]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_moment)]
PastDay = Annotated[date, BeforeValidator(_written), AfterValidator(_past_day)]
Day = Annotated[date, BeforeValidator(_written), AfterValidator(_day)]
Cursor = Annotated[str, Field(max_length=1000)]
Limit = Annotated[int, Field(ge=1, le=200)]
