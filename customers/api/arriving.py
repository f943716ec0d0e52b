"""What another program says of customers: whom it means, and what becomes of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.accounts.models import User
from crm.lib import locks
from crm.lib.errors import Refused
from customers import services
from customers.identity import stating
from customers.identity.indexing import index
from customers.identity.models import Identity
from customers.identity.normalising import name_key
from customers.imports import problems
from customers.imports.matching import People, Person, scope_of
from customers.imports.people import NUMBER, PersonRow
from customers.models import Customer
from customers.record.models import Change

EMPTY: dict[str, Any] = {"birthday": None, "birthday_is_lunar": False, "tags": [], "owner": None}
# What programs say that name a customer by our own id.
OURSELVES = "api"
CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"

# Kind and value.
Handle = tuple[str, str]


class Unplaceable(Refused):
    """No customer can be meant by this. `code` says why, in the words of the importer."""

    def __init__(self, code: str) -> None:
        super().__init__(str(problems.sentence(code)))
        self.code = code


@dataclass(frozen=True)
class Word:
    """What a program says of one customer. Of `fields`, None empties, and what is missing stays."""

    source: str
    key: str
    fields: Mapping[str, Any]
    handles: Sequence[Handle] = ()

    @property
    def shared(self) -> list[Handle]:
        """Phones and e-mail addresses, by which a household may be meant."""
        said = [(kind, str(self.fields[kind])) for kind in Identity.SHARED if self.fields.get(kind)]
        return list(dict.fromkeys([*said, *[one for one in self.handles if one[0] in Identity.SHARED]]))

    @property
    def exclusive(self) -> list[Handle]:
        return [one for one in self.handles if one[0] not in Identity.SHARED]


class Arrivals:
    """Takes words one after the other, inside one transaction; `finish` ends it."""

    def __init__(self, words: Sequence[Word], *, by: User) -> None:
        self.by = by
        self.rows = {(word.source, word.key): _row(word) for word in words}
        self.people: dict[str, People] = {}
        self.heard: set[int] = set()
        # Whoever speaks of the same number waits here, so that it never becomes two customers.
        locks.hold(f"customer {source} {key}" for source, key in self.rows)
        with connection.cursor() as cursor:
            for source in sorted({word.source for word in words}):
                people = self.people[source] = People(source, by)
                people.look_up(
                    cursor, [row for (said_by, _key), row in self.rows.items() if said_by == source]
                )

    @transaction.atomic
    def take(self, word: Word) -> tuple[Customer, str]:
        """The customer as it is now, and whether it was created, updated or left as it was."""
        found = self.people[word.source].place(_row(word))
        if isinstance(found, str):
            raise Unplaceable(found)
        if found.pk:
            customer, outcome = self._change(found, word)
        else:
            customer, outcome = self._create(word), CREATED
            found.pk = customer.pk
        _keep(customer, word, number=[(NUMBER, word.key)])
        self.heard.add(customer.pk)
        return customer, outcome

    def finish(self) -> None:
        """Lets search know of everybody who was spoken of."""
        index(self.heard)

    def _create(self, word: Word) -> Customer:
        if not self.by.may("customer", "create"):
            raise Refused(_("The account may not create customers."))
        if not word.fields.get("name"):
            raise Unplaceable("no_name")
        fields = {name: value for name, value in _values(word).items() if value is not None}
        fields.setdefault("source", word.source)
        return services.create(fields, by=self.by, source=Change.Source.API)

    def _change(self, found: Person, word: Word) -> tuple[Customer, str]:
        customer = Customer.objects.select_for_update().get(pk=found.pk)
        before = customer.version
        after = services.update(customer, _values(word), version=before, by=self.by, source=Change.Source.API)
        return after, UNCHANGED if after.version == before else UPDATED


@transaction.atomic
def change(customer: Customer, fields: Mapping[str, Any], *, version: int, by: User) -> Customer:
    """Changes a customer by its id."""
    word = Word(OURSELVES, str(customer.pk), fields)
    after = services.update(customer, _values(word), version=version, by=by, source=Change.Source.API)
    _keep(after, word, number=())
    index([after.pk])
    return after


def _keep(customer: Customer, word: Word, number: Sequence[Handle]) -> None:
    """What was said stays known under the name of who said it; a kind without a value is no longer said."""
    emptied = [(kind, "") for kind in Identity.SHARED if kind in word.fields and not word.fields[kind]]
    handles = (*number, *word.exclusive, *word.shared, *emptied)
    stating.hear(
        customer,
        word.source,
        word.key,
        [(kind, scope_of(kind, word.source), value) for kind, value in handles],
        {name: services.shown_raw(value) for name, value in word.fields.items()},
    )


def _values(word: Word) -> dict[str, Any]:
    return {name: EMPTY.get(name, "") if value is None else value for name, value in word.fields.items()}


def _row(word: Word) -> PersonRow:
    """The word as the importer reads rows, so that both recognise people in the same way."""
    name = name_key(str(word.fields.get("name") or word.fields.get("company") or ""))
    shared = word.shared
    return PersonRow(
        line=1,
        cells=(),
        values={"name": word.fields["name"]} if word.fields.get("name") else {},
        extras={},
        number=word.key,
        handles=[(NUMBER, word.key), *word.exclusive],
        shared=shared,
        contacts=[(kind, value, name) for kind, value in shared] if name else [],
        key=word.key,
        digest=None,
        raw=lambda: json.dumps({}),
    )
