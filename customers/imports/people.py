"""A row of a customer file: what it says, and by what its customer can be recognised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any

from customers.identity.models import Identity
from customers.identity.normalising import name_key
from customers.imports.plans import Flawed, Plan

PHONE, EMAIL, NUMBER = (Identity.Kind(kind).value for kind in ("phone", "email", "number"))
# Handles of one customer only; a household may share the others.
EXCLUSIVE = tuple(Identity.Kind(kind).value for kind in ("card", "openid", "unionid"))
# Known the world over; the other exclusive ones are unique within one source.
GLOBAL = frozenset({Identity.Kind.UNIONID.value})
# Stands before keys that were made from what a row says because its source has no numbers.
NO_NUMBER = "~"

Handle = tuple[str, str]
Contact = tuple[str, str, str]


@dataclass(slots=True)
class PersonRow:
    line: int
    cells: Sequence[str]
    values: dict[str, Any]
    extras: dict[str, Any]
    number: str
    handles: Sequence[Handle]  # exclusive ones, the strongest first
    shared: Sequence[Handle]  # phones and e-mail
    contacts: Sequence[Contact]  # shared ones with the name, which together recognise somebody
    key: str
    digest: int | None
    raw: Callable[[], str]  # the row as JSON, made only when it is written


@dataclass(frozen=True)
class PeopleReader:
    """Makes rows of records; `extra_fields` are kept apart from what the customer's columns hold."""

    plan: Plan
    extra_fields: frozenset[str] = frozenset()

    def read(self, line: int, cells: list[str]) -> PersonRow | Flawed:
        values, flaws = self.plan.read(cells)
        if flaws:
            return Flawed(flaws)
        number = values.pop("number", "")
        phones = values.pop("phone", ()) + values.pop("other_phone", ())
        shared = [(EMAIL, values["email"])] if "email" in values else []
        if phones:
            values["phone"] = phones[0]
            shared += [(PHONE, phone) for phone in phones]
        _put_name_together(values)
        name = name_key(values.get("name") or values.get("company", ""))
        contacts = [(kind, value, name) for kind, value in shared] if name else []
        handles = [(kind, values.pop(kind)) for kind in EXCLUSIVE if kind in values]
        key = number or self._key(cells, handles, contacts)
        if number:
            handles.insert(0, (NUMBER, number))
        return PersonRow(
            line=line,
            cells=cells,
            values=values,
            extras={field: values.pop(field) for field in self.extra_fields if field in values},
            number=number,
            handles=handles,
            shared=shared,
            contacts=contacts,
            key=key,
            digest=int.from_bytes(self.plan.digest(cells), signed=True),
            raw=partial(self.plan.raw, cells),
        )

    def _key(self, cells: list[str], handles: list[Handle], contacts: list[Contact]) -> str:
        """What stands for the missing number: the best handle, or all that the row says."""
        if handles:
            return key_of(handles[0])
        return key_of(contacts[0]) if contacts else NO_NUMBER + self.plan.digest(cells, 12).hex()


def key_of(handle: Handle | Contact) -> str:
    """A key for who has no number, made of what recognises them."""
    return NO_NUMBER + blake2b("\x1f".join(handle).encode(), digest_size=12).hexdigest()


def _put_name_together(values: dict[str, Any]) -> None:
    surname, given = values.pop("surname", ""), values.pop("given_name", "")
    if (surname or given) and "name" not in values:
        both = surname + given
        # 王 + 小明 is written together, family name first; Anna + Schmidt is not.
        values["name"] = both if not both.isascii() and _is_chinese(both) else f"{given} {surname}".strip()


def _is_chinese(name: str) -> bool:
    return all("\u3400" <= char <= "\u9fff" for char in name)
