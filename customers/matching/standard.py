"""What somebody said of a person, in the forms in which it is compared. What says nothing becomes empty."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """As a source, a form or a row of a file said it. `openid` and `visitor` are handles as they are kept."""

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
    return Standard(name_key=said.name.casefold(), phone=said.phone, email=said.email)
