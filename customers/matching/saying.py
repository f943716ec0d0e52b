"""What each profile of some customers said, read in one question."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db import connection

from crm.lib.columns import columns_of, title_key
from customers.identity.models import Identity
from customers.identity.stating import MANUAL
from customers.matching.standard import Said
from customers.models import Customer
from customers.resources import CustomerResource

# A profile that names more phones or addresses than this is a list of people, not a person.
MOST_VALUES = 10
WITHIN, BETWEEN = "\x1f", "\x1e"
PROFILES = """
    SELECT p.id, p.customer_id, p.source, p.source_key, p.raw::text, {columns},
        (SELECT string_agg(i.kind || %s || i.value, %s ORDER BY i.last_seen_at DESC, i.id)
         FROM identity_identity AS i WHERE i.profile_id = p.id AND i.detached_at IS NULL)
    FROM identity_profile AS p
    JOIN customers_customer AS c ON c.id = p.customer_id
    WHERE c.deleted_at IS NULL AND {chosen}
    ORDER BY p.customer_id, p.id
"""
# Columns of the customer by what they are called in Said.
STANDING = {
    "name": "name",
    "phone": "phone",
    "email": "email",
    "birthday": "birthday",
    "gender": "gender",
    "country": "country",
    "region": "province",
    "city": "city",
    "address": "address",
    "kind": "kind",
}
COLUMNS = ", ".join(f"c.{name}::text" for name in STANDING.values())
# Under these names a source says an identity card, passport or tax number.
NUMBERS = (
    "身份证|身份证号|身份证号码|证件号|证件号码|护照|护照号|护照号码|统一社会信用代码|社会信用代码|信用代码|税号"
    "|纳税人识别号|id card|id card number|identity number|identity card|national id|passport|passport no"
    "|passport number|tax id|tax number|tax no|vat|vat id|vat number|vat no|credit code"
)
NUMBER_TITLES = frozenset(map(title_key, NUMBERS.split("|")))
ACCOUNTS = (Identity.Kind.UNIONID, Identity.Kind.OPENID, Identity.Kind.WECOM, Identity.Kind.WHATSAPP)
HANDLES = {
    Identity.Kind.PHONE: "phone",
    Identity.Kind.EMAIL: "email",
    Identity.Kind.CARD: "card",
    Identity.Kind.VISITOR: "visitor",
}

# What features know of customers beside profiles, such as the tax number in a custom field: by customer, the
# fields of Said.
Extra = Callable[[Collection[int]], Mapping[int, Mapping[str, str]]]
# Of these customers' profiles, those that were another customer's before a merge, and that customer.
Origins = Callable[[Collection[int]], Mapping[int, int]]

_extras: list[Extra] = []
_origins: list[Origins] = []


def register(extra: Extra) -> None:
    """Called in `AppConfig.ready()`. `extra` must cost as few queries for many customers as for one."""
    _extras.append(extra)


def register_origins(origins: Origins) -> None:
    """Called in `AppConfig.ready()`, by merging: a joined profile keeps speaking of whom it meant."""
    _origins.append(origins)


@dataclass(frozen=True, slots=True)
class Word:
    """What one profile said: everything in the first of `said`, and one for each further handle."""

    profile: int
    customer: int
    said: Sequence[Said]


def of(customer_ids: Collection[int]) -> Iterator[Word]:
    """What the profiles of these customers said; of deleted customers, nothing."""
    return _read("p.customer_id = ANY(%s)", [list(customer_ids)])


def between(after: int, last: int) -> Iterator[Word]:
    """The same for all customers with a key above `after`, up to `last`."""
    return _read("p.customer_id > %s AND p.customer_id <= %s", [after, last])


def _read(chosen: str, parameters: list[Any]) -> Iterator[Word]:
    with connection.cursor() as cursor:
        cursor.execute(PROFILES.format(columns=COLUMNS, chosen=chosen), [WITHIN, BETWEEN, *parameters])
        rows = cursor.fetchall()
    customers = {row[1] for row in rows}
    origins = {profile: one for known in _origins for profile, one in known(customers).items()}
    standing = _Standing(customers, origins)
    for profile, customer, source, key, raw, *columns, handles in rows:
        origin = origins.get(profile, customer)
        fields = _said_in(raw)
        if standing.is_first(origin) or not fields or _is_own_word(origin, source, key):
            # What nobody said in so many words stands on the customer.
            fields = standing.of(origin, columns) | fields
        yield Word(profile, customer, _said(fields, handles or ""))


class _Standing:
    """What stands on customers, each as it was before it was joined to another."""

    def __init__(self, customers: Collection[int], origins: Mapping[int, int]) -> None:
        self.met: set[int] = set()
        joined = set(origins.values())
        self.joined: dict[int, Sequence[Any]] = {}
        if joined:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT c.id, {COLUMNS} FROM customers_customer AS c WHERE c.id = ANY(%s)",
                    [list(joined)],
                )
                self.joined = {row[0]: row[1:] for row in cursor.fetchall()}
        self.extras = [extra({*customers, *joined}) for extra in _extras]

    def is_first(self, customer: int) -> bool:
        """Whether it is asked for the first time: profiles come in their order."""
        is_new = customer not in self.met
        self.met.add(customer)
        return is_new

    def of(self, customer: int, columns: Sequence[Any]) -> dict[str, str]:
        own = dict(zip(STANDING, self.joined.get(customer, columns), strict=True))
        for extra in self.extras:
            own.update(extra.get(customer, {}))
        return {name: value for name, value in own.items() if value}


def _is_own_word(customer: int, source: str, key: str) -> bool:
    """Whether colleagues said it of this very customer."""
    return source == MANUAL and key.partition(":")[0] == str(customer)


def _said_in(raw: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for title, value in json.loads(raw).items():
        name = _field_of(title)
        if name and value and isinstance(value, str):
            fields.setdefault(name, value)
    if "name" not in fields and ("surname" in fields or "given_name" in fields):
        fields["name"] = _put_together(fields.get("surname", ""), fields.get("given_name", ""))
    return fields


def _put_together(surname: str, given: str) -> str:
    # 王 + 小明 is written together, family name first.
    return surname + given if not (surname + given).isascii() else f"{given} {surname}".strip()


@lru_cache(maxsize=10_000)
def _field_of(title: str) -> str:
    """What a source means by this title; empty for what matching does not ask."""
    key = title_key(title)
    return "number" if key in NUMBER_TITLES else _titles().get(key, "")


@lru_cache(maxsize=1)
def _titles() -> Mapping[str, str]:
    wanted = {column: field for field, column in STANDING.items()} | {
        "surname": "surname",
        "given_name": "given_name",
    }
    return {
        title: wanted[name]
        for name, column in columns_of(CustomerResource).items()
        if name in wanted
        for title in (*column.titles, title_key(name))
    }


def _said(fields: Mapping[str, str], handles: str) -> list[Said]:
    values: dict[str, list[str]] = {name: [] for name in (*HANDLES.values(), "openid")}
    for handle in handles.split(BETWEEN) if handles else ():
        kind, _between, value = handle.partition(WITHIN)
        if kind in HANDLES:
            values[HANDLES[Identity.Kind(kind)]].append(value)
        elif kind in ACCOUNTS:
            # An openid and a WhatsApp number are never the same account.
            values["openid"].append(f"{kind}:{value}")
    for name in ("phone", "email"):
        if not values[name] and fields.get(name):
            values[name].append(fields[name])
    is_organisation = fields.get("kind") == Customer.Kind.ORGANISATION
    person = {name: fields.get(name, "") for name in ("name", "birthday", "gender", "country")}
    place = {name: fields.get(name, "") for name in ("region", "city", "address", "number")}
    return [
        Said(
            **person,
            **(place if not number else {}),
            **dict(zip(values, beside, strict=True)),
            is_organisation=is_organisation,
        )
        for number, beside in enumerate(_side_by_side(list(values.values())))
    ]


def _side_by_side(lists: list[list[str]]) -> list[tuple[str, ...]]:
    return list(zip_longest(*lists, fillvalue=""))[:MOST_VALUES] or [("",) * len(lists)]
