"""What somebody said of a person, in the forms in which it is compared. What says nothing becomes empty."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from time import gmtime

from crm.lib import dates
from crm.lib.reading import Unreadable
from customers.matching import handles, names, organisations, places
from customers.resources import GENDERS

# Days on which forms begin and spreadsheets count from. Few people are born on them, many are said to be.
NO_BIRTHDAYS = frozenset(
    {
        *(date(year, 1, 1) for year in (1900, 1901, 1904, 1910, 1950, 1960, 1970, 1980, 1990, 2000)),
        *(date(1899, 12, 30), date(1899, 12, 31)),
    }
)
OLDEST = 120
LONGEST_ACCOUNT = 254


@dataclass(frozen=True, slots=True)
class Said:
    """As a source, a form or a row of a file said it.

    `openid` is an account in a channel, with its kind in front when it is not WeChat's; `number` an identity
    card, passport or tax number; `country` two letters, by which a phone without a country's code is read.
    """

    name: str = ""
    phone: str = ""
    email: str = ""
    birthday: str = ""
    gender: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    address: str = ""
    openid: str = ""
    card: str = ""
    visitor: str = ""
    number: str = ""
    is_organisation: bool = False


@dataclass(frozen=True, slots=True)
class Standard:
    """The text columns of matching.Record."""

    han: str = ""
    name_key: str = ""
    family: str = ""
    given: str = ""
    phone: str = ""
    email: str = ""
    mailbox: str = ""
    born: str = ""
    city: str = ""
    address: str = ""
    gender: str = ""
    openid: str = ""
    card: str = ""
    visitor: str = ""
    number: str = ""


COLUMNS = tuple(Standard.__dataclass_fields__)


def standardise(said: Said) -> Standard:
    is_organisation = said.is_organisation or organisations.is_one(said.name)
    han, key, family, given = (organisations.of if is_organisation else names.of_person)(said.name)
    email = handles.email(said.email, of_organisation=is_organisation) if said.email else ""
    city = places.city(said.city, said.region) if said.city or said.region else ""
    return Standard(
        han=han,
        name_key=key,
        family=family,
        given=given,
        phone=handles.phone(said.phone, said.country) if said.phone else "",
        email=email,
        mailbox=handles.mailbox(email),
        born=born(said.birthday) if said.birthday and not is_organisation else "",
        city=city,
        address=places.address(said.address, city) if said.address else "",
        gender=gender(said.gender) if said.gender else "",
        openid=said.openid[:LONGEST_ACCOUNT],
        card=handles.card(said.card) if said.card else "",
        visitor=said.visitor[:LONGEST_ACCOUNT],
        number=handles.number(said.number) if said.number else "",
    )


@lru_cache(maxsize=20_000)
def born(text: str) -> str:
    """A birthday as 1990-03-08; one that stands for "we do not know" is nothing."""
    day = _read_day(text)
    if day is None or day in NO_BIRTHDAYS:
        return ""
    return day.isoformat() if 0 <= gmtime().tm_year - day.year <= OLDEST else ""


def _read_day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    try:
        return dates.day(text)
    except Unreadable:
        return None


def gender(text: str) -> str:
    """Only what can contradict."""
    try:
        read = GENDERS(text)
    except Unreadable:
        return ""
    return read if read in ("female", "male") else ""
