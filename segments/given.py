"""Customers given as a list of numbers, e-mail addresses and phones, pasted or in a file."""

import csv
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from django.db import connection
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib import phones
from crm.lib.errors import BadInput
from crm.lib.reading import Unreadable
from customers.identity.models import Identity
from customers.imports.detecting import detect_delimiter, detect_encoding
from customers.models import Customer

MOST = 50_000
MOST_BYTES = 5_000_000
LONGEST = 254
NUMBERS = (Identity.Kind.CUSTOMER_NUMBER, Identity.Kind.CARD)
# By which column of a file customers are named, where its first row says so.
TITLE = re.compile(
    r"e-?mail|邮箱|phone|mobile|手机|电话|customer.?(no|number|id)|客户(号|编号)|会员(号|卡)|card",
    re.IGNORECASE,
)
FIND = """
    SELECT given.place, profile.customer_id
    FROM unnest(%s::text[], %s::text[], %s::int[]) AS given (kind, value, place)
    JOIN identity_identity AS identity ON identity.value = given.value AND identity.kind = given.kind
        AND identity.detached_at IS NULL
    JOIN identity_profile AS profile ON profile.id = identity.profile_id
"""


@dataclass(frozen=True)
class Report:
    """`found` are customers; the others are values as they were given, those that several customers share
    with their customers."""

    found: list[int]
    missing: list[str]
    ambiguous: list[tuple[str, list[Customer]]]

    @property
    def given(self) -> int:
        return len(self.found) + len(self.missing) + len(self.ambiguous)


def read_text(text: str) -> list[str]:
    """Each value once, in order. Raises BadInput for too many."""
    return _checked(re.split(r"[\n\r,;\t，；]+", text))


def read_file(file: BinaryIO) -> list[str]:
    """The column that names customers, or else the first."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadInput(_("This file is too large for a list. Import it, or split it."))
    text = data.decode(detect_encoding(file).name, "replace").removeprefix("\ufeff")
    if "\x00" in text:
        raise BadInput(_("This is not a text file. Save the list as CSV."))
    csv.field_size_limit(MOST_BYTES)
    rows = [row for row in csv.reader(text.splitlines(), delimiter=detect_delimiter(text[:10_000])) if row]
    titles = rows[0] if rows else []
    column = next((place for place, title in enumerate(titles) if TITLE.search(title)), None)
    body = rows if column is None else rows[1:]
    return _checked(row[column or 0] for row in body if len(row) > (column or 0))


def look_up(values: Collection[str], user: User) -> Report:
    """Whom the values name, of those whom `user` may see."""
    asked = [(kind, value, place) for place, given in enumerate(values) for kind, value in _meanings(given)]
    with connection.cursor() as cursor:
        cursor.execute(FIND, [list(column) for column in zip(*asked, strict=True)] or [[], [], []])
        pairs = cursor.fetchall()
    seen = Customer.objects.visible_to(user).in_bulk({customer for _place, customer in pairs})
    owners: dict[int, dict[int, Customer]] = {}
    for place, customer in pairs:
        if customer in seen:
            owners.setdefault(place, {})[customer] = seen[customer]
    found = {customer: None for named in owners.values() if len(named) == 1 for customer in named}
    missing = [value for place, value in enumerate(values) if place not in owners]
    several = [(value, owners.get(place, {})) for place, value in enumerate(values)]
    return Report(list(found), missing, [(value, list(of.values())) for value, of in several if len(of) > 1])


def _meanings(given: str) -> Iterable[tuple[str, str]]:
    """What a value can be: an address is nothing else, digits may be a phone and a number."""
    if "@" in given:
        yield Identity.Kind.EMAIL.value, given.lower()
        return
    for kind in NUMBERS:
        yield kind.value, given
    with suppress(Unreadable):
        phone = phones.normalise(given)
        yield Identity.Kind.PHONE.value, phone


def _checked(raw: Iterable[str]) -> list[str]:
    values = list(dict.fromkeys(value.strip()[:LONGEST] for value in raw if value.strip()))
    if not values:
        raise BadInput(_("Enter at least one customer number, e-mail address or phone."))
    if len(values) > MOST:
        raise BadInput(_("A list has at most %(number)s entries.") % {"number": f"{MOST:,}"})
    return values
