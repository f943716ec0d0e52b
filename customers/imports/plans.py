"""How the rows of one file are understood: which column holds what, and who may write it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.lib import cells as lib_cells
from crm.lib import dates
from crm.lib.columns import Column, Read, columns_of, unique_titles
from crm.lib.reading import Unreadable
from customers.imports import extras
from customers.imports.models import ImportJob
from customers.imports.records import Broken, Record
from customers.orders.resources import OrderResource
from customers.resources import CustomerResource

# Only says which of two values is newer; it is not kept.
CHANGED_AT = Column(
    _("last changed in the source"),
    dates.past_moment,
    "修改时间|更新时间|最后修改|最后更新|最近更新|updated at|updated|last updated|modified"
    "|modified at|last modified|date modified|last modified date",
)

RESOURCES = {ImportJob.Kind.CUSTOMERS: CustomerResource, ImportJob.Kind.ORDERS: OrderResource}


class Owner(NamedTuple):
    """A colleague that a cell names."""

    pk: int
    team: int | None
    name: str


class Flaw(NamedTuple):
    """A cell that cannot be taken over, by the title of its column."""

    column: str
    reason: str


class Flawed(NamedTuple):
    """A row that cannot be taken over."""

    flaws: list[Flaw]


def columns_for(kind: str, user: User) -> dict[str, Column]:
    """The columns `user` may import. Owners are only given by who may assign."""
    columns = columns_of(RESOURCES[ImportJob.Kind(kind)])
    if kind == ImportJob.Kind.CUSTOMERS:
        columns |= extras.columns_for(user) | {"changed_at": CHANGED_AT}
        if not user.may("customer", "assign"):
            del columns["owner"]
    return columns


@dataclass(frozen=True)
class Plan:
    titles: Sequence[str]
    readers: Sequence[tuple[str, int, Read]]
    keeps_undecodable: bool = True

    @classmethod
    def of(cls, job: ImportJob, mapping: Mapping[str, int] | None = None) -> "Plan":
        columns = columns_for(job.kind, job.created_by)
        chosen = job.mapping if mapping is None else mapping
        owner_of = owners() if "owner" in chosen else None
        readers = [
            (name, chosen[name], owner_of if name == "owner" and owner_of else column.read)
            for name, column in columns.items()
            if chosen.get(name, len(job.header)) < len(job.header)
        ]
        return cls(unique_titles(job.header), readers, "undecodable" not in job.warnings)

    @cached_property
    def fields(self) -> frozenset[str]:
        return frozenset(name for name, _index, _read in self.readers)

    @cached_property
    def fingerprint(self) -> bytes:
        """Tells one way to understand a file from another, wherever its columns stand."""
        return json.dumps([name for name, _index, _read in self.readers]).encode()

    def row(self, record: Record) -> list[str] | Broken:
        """The record with exactly as many cells as the file has columns, or why it is no row."""
        if isinstance(record, Broken):
            return record
        missing = len(self.titles) - len(record)
        if missing < 0 and any(record[missing:]):
            return Broken("too_many_cells", record)
        row = record + [""] * missing if missing > 0 else record[: len(self.titles)]
        text = "".join(row)
        if not text.strip():
            return Broken("empty_row", row)
        if "\0" in text:
            return Broken("nul", row)
        if not self.keeps_undecodable and "\ufffd" in text:
            return Broken("undecodable", row)
        return row

    def read(self, row: Sequence[str]) -> tuple[dict[str, Any], list[Flaw]]:
        """What the cells say by field, and which of them cannot be read."""
        values: dict[str, Any] = {}
        flaws: list[Flaw] = []
        for name, index, read in self.readers:
            cell = row[index]
            if not cell:
                continue
            if cell[0] in "'=":
                cell = lib_cells.plain(cell)
            try:
                value = read(cell)
            except Unreadable as problem:
                flaws.append(Flaw(self.titles[index], problem.code))
            else:
                if value or value is False:
                    values[name] = value
        return values, flaws

    def raw(self, row: Sequence[str]) -> str:
        """The row as it came, as JSON, without its empty cells."""
        pairs = zip(self.json_titles, row, strict=True)
        return "{" + ", ".join([title + encode_basestring(cell) for title, cell in pairs if cell]) + "}"

    @cached_property
    def json_titles(self) -> list[str]:
        return [f"{encode_basestring(title)}: " for title in self.titles]

    def digest(self, row: Sequence[str], size: int = 8) -> bytes:
        """A fingerprint of all the row says."""
        said = "\x1f".join([row[index] for index in self.indexes])
        return blake2b(said.encode(), digest_size=size, key=self.key).digest()

    @cached_property
    def indexes(self) -> list[int]:
        return [index for _name, index, _read in self.readers]

    @cached_property
    def key(self) -> bytes:
        return blake2b(self.fingerprint, digest_size=32).digest()


def owners() -> Read:
    """A reader for the names of colleagues: user names, and full names that only one of them has."""
    people = [
        (user, Owner(user.pk, min((team.pk for team in user.teams.all()), default=None), user.name))
        for user in User.objects.filter(is_active=True).prefetch_related("teams")
    ]
    namesakes = Counter(owner.name.casefold() for _user, owner in people)
    known = {owner.name.casefold(): owner for _user, owner in people if namesakes[owner.name.casefold()] == 1}
    known |= {user.username.casefold(): owner for user, owner in people}

    def read(text: str) -> Owner | str:
        name = text.strip().casefold()
        if not name:
            return ""
        if name not in known:
            raise Unreadable("unknown_owner")
        return known[name]

    return read
