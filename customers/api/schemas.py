"""How customers look to programs, coming in and going out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from crm.api.fields import (
    Body,
    Email,
    Key,
    Line80,
    Line100,
    Line200,
    Line300,
    Name,
    PastDay,
    Phone,
    Source,
    Word,
)
from crm.api.rows import RowResult
from crm.lib import phones, reading
from customers.identity.models import Identity
from customers.resources import MOST_TAGS, read_country

LONGEST_TAG = 50
Gender = Literal["female", "male", "other"]
Kind = Literal["person", "organisation"]
Language = Literal["zh-hans", "en"]
PreferredChannel = Literal["phone", "email", "sms", "wechat", "whatsapp"]
IdentityKind = Literal["phone", "email", "card", "openid", "unionid", "wecom", "whatsapp", "visitor", "order"]


def _tag(text: str) -> str:
    return reading.line(text, LONGEST_TAG)


def _tags(tags: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, tags)))


Tag = Annotated[str, Field(max_length=LONGEST_TAG), AfterValidator(_tag)]
Tags = Annotated[list[Tag], Field(max_length=MOST_TAGS), AfterValidator(_tags)]
Country = Annotated[str, Field(max_length=40), AfterValidator(read_country)]


class IdentityIn(Body):
    """A handle by which the customer can be recognised."""

    kind: IdentityKind
    value: Annotated[str, Field(min_length=1, max_length=254)]


class CustomerIn(Body):
    """What is left out stays as it is; null empties."""

    kind: Kind | None = None
    name: Name | None = None
    company: Line200 | None = None
    job_title: Line100 | None = None
    phone: Phone | None = None
    email: Email | None = None
    gender: Gender | None = None
    birthday: PastDay | None = None
    birthday_is_lunar: bool | None = None
    country: Country | None = None
    province: Line80 | None = None
    city: Line80 | None = None
    address: Line300 | None = None
    postcode: Annotated[Word, Field(max_length=20)] | None = None
    language: Language | None = None
    preferred_channel: PreferredChannel | None = None
    tags: Tags | None = None
    owner: Annotated[str, Field(max_length=150)] | None = None


class CustomerWord(CustomerIn):
    """A customer as a program knows it by a number of its own."""

    identities: Annotated[list[IdentityIn], Field(max_length=20)] = []


class KeyedCustomer(CustomerWord):
    source: Source
    key: Key


class KeyedCustomers(Body):
    items: Annotated[list[KeyedCustomer], Field(min_length=1, max_length=100)]


class Totals(BaseModel):
    orders: int
    total: Decimal
    first_order_at: datetime | None
    last_order_at: datetime | None


class CustomerKey(BaseModel):
    source: str
    key: str


class CustomerOut(BaseModel):
    """Phone and e-mail are masked unless the token may read contacts."""

    id: int
    version: int
    kind: str
    name: str
    company: str
    job_title: str
    phone: str
    email: str
    gender: str
    birthday: date | None
    birthday_is_lunar: bool
    country: str
    province: str
    city: str
    address: str
    postcode: str
    language: str
    preferred_channel: str
    tags: list[str]
    source: str
    owner: str | None
    team: str | None
    organisation: int | None
    keys: list[CustomerKey]
    # The numbers of customers who became part of this one: they lead here.
    merged_from: list[int]
    totals: Totals | None
    created_at: datetime
    updated_at: datetime
    touched_at: datetime


class CustomerSaved(CustomerOut):
    """`possible_duplicates` is null unless the request said `duplicates=check`."""

    possible_duplicates: int | None = None


class CustomerResult(RowResult):
    possible_duplicates: int | None = None


class CustomerResults(BaseModel):
    results: list[CustomerResult]


class CustomerPage(BaseModel):
    items: list[CustomerOut]
    next: str | None


class IdentityOut(BaseModel):
    id: int
    kind: str
    scope: str
    value: str
    source: str
    confidence: int
    verified_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime


def plain_value(kind: str, text: str) -> str:
    """A handle as it is stored and compared."""
    readers: dict[str, Any] = {Identity.Kind.PHONE: phones.normalise, Identity.Kind.EMAIL: reading.email}
    read = readers.get(kind)
    return str(read(text)) if read else reading.number(text, 254)
