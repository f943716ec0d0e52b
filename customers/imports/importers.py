"""How a chunk of customers or of orders is taken over."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.backends.utils import CursorWrapper

from crm.lib.copying import copy
from customers.imports import articles, extras, ordering
from customers.imports.chunks import ROWS, Importer, Outcome, Problem
from customers.imports.matching import People, Person
from customers.imports.models import ImportJob
from customers.imports.ordering import Purchase
from customers.imports.people import PeopleReader, PersonRow
from customers.imports.plans import Flawed, Plan
from customers.imports.purchases import OrderReader, OrderRow
from customers.imports.updating import update_known
from customers.imports.writing import Origin, write_new


class CustomerImporter:
    def __init__(self, job: ImportJob) -> None:
        self.job, self.plan = job, Plan.of(job)
        self.extras = extras.used(self.plan.fields)
        self.rows_at_once = min([ROWS, *[one.rows_at_once for one in self.extras if one.rows_at_once]])
        fields = {name for extra in self.extras for name in extra.columns} & self.plan.fields
        self.extra_fields = sorted(fields)
        self.reader = PeopleReader(self.plan, frozenset(fields))

    def read(self, line: int, cells: list[str]) -> PersonRow | Flawed:
        return self.reader.read(line, cells)

    def skip(self, cells: list[str]) -> None:
        """Each row stands for itself."""

    def group(self, row: PersonRow) -> str:
        return ""

    def write(self, cursor: CursorWrapper, rows: Sequence[PersonRow], now: datetime) -> Outcome:
        people = People(self.job.source, self.job.created_by)
        people.look_up(cursor, rows)
        outcome = Outcome()
        news: list[tuple[PersonRow, Person]] = []
        for row in rows:
            person = people.place(row)
            if isinstance(person, str):
                outcome.problems.append(Problem(row.line, "", person, row.cells))
            elif person.lines[-1:] == [row.line]:
                news.append((row, person))
        changed = _write_people(cursor, self.job, people, now) | self._write_extras(cursor, news)
        outcome.created = len(people.new)
        outcome.updated = sum(len(one.lines) - 1 for one in people.new) + sum(
            len(one.lines) for one in people.persons.values() if one.pk in changed
        )
        outcome.unchanged = len(rows) - len(outcome.problems) - outcome.created - outcome.updated
        return outcome

    def _write_extras(self, cursor: CursorWrapper, news: Sequence[tuple[PersonRow, Person]]) -> set[int]:
        said = [(row, person) for row, person in news if row.extras]
        if not said:
            return set()
        columns = ", ".join(f'"{name}" text' for name in self.extra_fields)
        cursor.execute("DROP TABLE IF EXISTS import_extras")
        cursor.execute(
            "CREATE TEMPORARY TABLE import_extras "
            f"(line bigint, customer_id bigint, {columns}) ON COMMIT DROP"
        )
        rows = (
            (row.line, person.pk, *[row.extras.get(name, "") for name in self.extra_fields])
            for row, person in said
        )
        copy(cursor, "import_extras", ["line", "customer_id", *self.extra_fields], rows)
        return {pk for extra in self.extras for pk in extra.apply(cursor, "import_extras", self.job)}


class OrderImporter:
    def __init__(self, job: ImportJob) -> None:
        self.job, self.plan = job, Plan.of(job)
        self.reader = OrderReader(self.plan)
        self.rows_at_once = ROWS
        self.by_article = bool({"sku", "product"} & self.plan.fields)

    def read(self, line: int, cells: list[str]) -> OrderRow | Flawed:
        return self.reader.read(line, cells)

    def skip(self, cells: list[str]) -> None:
        """Rows without an order number are told apart by counting, from the first row on."""
        if "order_number" not in self.plan.fields:
            self.reader.read(0, cells)

    def group(self, row: OrderRow) -> str:
        return row.order if self.by_article else ""

    def write(self, cursor: CursorWrapper, rows: Sequence[OrderRow], now: datetime) -> Outcome:
        outcome = Outcome()
        purchases = self._put_together(cursor, rows, outcome, now)
        ordering.find_known(cursor, purchases, self.job.source)
        new = [one for one in purchases if one.is_new]
        known = [one for one in purchases if not one.is_new]
        ordering.write_new(cursor, new, self.job.source)
        changed = ordering.update_known(cursor, known) | articles.write(cursor, purchases)
        ordering.add_up(cursor, [*new, *[one for one in known if one.pk in changed]])
        outcome.created = sum(one.rows if self.by_article else 1 for one in new)
        outcome.updated = sum(one.rows for one in known if one.pk in changed)
        outcome.unchanged = sum(one.rows for one in known if one.pk not in changed)
        outcome.updated += sum(one.rows for one in new) - outcome.created
        return outcome

    def _put_together(
        self, cursor: CursorWrapper, rows: Sequence[OrderRow], outcome: Outcome, now: datetime
    ) -> list[Purchase]:
        """Finds who bought, making who is not known yet, and puts the rows of each order together."""
        people = People(self.job.source, self.job.created_by)
        people.look_up(cursor, [row.buyer for row in rows])
        purchases: dict[str, Purchase] = {}
        for row in rows:
            buyer = people.buyer(row.buyer)
            if isinstance(buyer, str):
                outcome.problems.append(Problem(row.line, "", buyer, row.cells))
                continue
            _touch(buyer, row)
            purchase = purchases.setdefault(row.order, Purchase(row.order, buyer, row.placed_at))
            if not purchase.add(row, buyer, by_article=self.by_article):
                outcome.problems.append(Problem(row.line, "", "too_large", row.cells))
        _write_people(cursor, self.job, people, now)
        return [one for one in purchases.values() if one.rows]


def _write_people(cursor: CursorWrapper, job: ImportJob, people: People, now: datetime) -> set[int]:
    """Returns the known customers who changed."""
    origin = Origin.of(job.source, now, job.created_by)
    words = [word for word in people.words.values() if word.is_changed]
    write_new(cursor, people.new, [word for word in words if word.person.is_new], origin)
    known = [one for one in people.persons.values() if one.lines]
    return update_known(cursor, known, [word for word in words if not word.person.is_new], origin)


def _touch(buyer: Person, row: OrderRow) -> None:
    """Who comes to us by an old order was last active then, not today."""
    if buyer.is_new:
        moment = row.placed_at.isoformat()
        buyer.values["touched_at"] = max(buyer.values.get("touched_at", moment), moment)


IMPORTERS: dict[str, Callable[[ImportJob], Importer[Any]]] = {
    ImportJob.Kind.CUSTOMERS: CustomerImporter,
    ImportJob.Kind.ORDERS: OrderImporter,
}
