"""How a chunk of customers or of orders is taken over."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from crm.lib.copying import copy
from customers.imports import articles, extras, languages, ordering, trying
from customers.imports.chunks import ROWS, Alike, Findings, Importer, Outcome, Problem
from customers.imports.deciding import Decisions
from customers.imports.likening import Likeness
from customers.imports.matching import People, Person
from customers.imports.models import ImportJob
from customers.imports.ordering import Purchase
from customers.imports.people import PeopleReader, PersonRow
from customers.imports.plans import Flawed, Plan
from customers.imports.purchases import OrderReader, OrderRow
from customers.imports.seeing import Seen
from customers.imports.tracing import Tracing
from customers.imports.trying import TriedPeople
from customers.imports.updating import update_known
from customers.imports.writing import Origin, write_new
from customers.matching import queue


class CustomerImporter:
    def __init__(self, job: ImportJob) -> None:
        self.job, self.plan = job, Plan.of(job)
        self.extras = extras.used(self.plan.fields)
        self.rows_at_once = min([ROWS, *[one.rows_at_once for one in self.extras if one.rows_at_once]])
        fields = {name for extra in self.extras for name in extra.columns} & self.plan.fields
        self.extra_fields = sorted(fields)
        self.reader = PeopleReader(self.plan, frozenset(fields))
        self.likeness = Likeness()

    def read(self, line: int, cells: list[str]) -> PersonRow | Flawed:
        return self.reader.read(line, cells)

    def skip(self, cells: list[str]) -> None:
        """Each row stands for itself."""

    def group(self, row: PersonRow) -> str:
        return ""

    def write(self, cursor: CursorWrapper, rows: Sequence[PersonRow], trace: Tracing) -> Outcome:
        people, outcome = People(self.job.source, self.job.created_by), Outcome()
        people.link(self.decisions.links(rows))
        news = self._place(cursor, people, rows, outcome)
        changed = _write_people(cursor, self.job, people, trace) | self._write_extras(cursor, news, trace)
        _count(outcome, people, len(rows), changed)
        self.decisions.keep((row.line, person.pk) for row, person in news if person.is_new)
        return outcome

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions.of(self.job)

    def check(self, cursor: CursorWrapper, rows: Sequence[PersonRow], seen: Seen) -> Findings:
        people, found = TriedPeople(self.job.source, self.job.created_by, seen), Findings()
        news = self._place(cursor, people, rows, found)
        changed = trying.changed_people(cursor, self.job, people, found.cells)
        changed |= self._try_extras(cursor, [(row, one) for row, one in news if one.pk > 0])
        _count(found, people, len(rows), changed)
        found.new_customers = found.created
        fresh = [(row, one) for row, one in news if one.is_new and one.lines[0] == row.line]
        found.alike += trying.same_birthday(cursor, fresh)
        found.alike, found.compared = self.likeness.weigh(fresh, found.alike)
        people.remember()
        return found

    def _place(
        self, cursor: CursorWrapper, people: People, rows: Sequence[PersonRow], outcome: Outcome
    ) -> list[tuple[PersonRow, Person]]:
        """Rows with news, each with whom it speaks of."""
        people.look_up(cursor, rows)
        news: list[tuple[PersonRow, Person]] = []
        for row in rows:
            other = trying.alike_of(people, row) if isinstance(outcome, Findings) else None
            person = people.place(row)
            if isinstance(person, str):
                outcome.problems.append(Problem(row.line, "", person, row.cells))
            elif person.lines[-1:] == [row.line]:
                news.append((row, person))
                if isinstance(outcome, Findings) and other and person.is_new and other is not person:
                    outcome.alike.append(Alike(row.line, "contact", max(other.pk, 0), row.cells))
        return news

    def _write_extras(
        self, cursor: CursorWrapper, news: Sequence[tuple[PersonRow, Person]], trace: Tracing
    ) -> set[int]:
        said = [(row, person) for row, person in news if row.extras]
        if not said:
            return set()
        self._stage_extras(cursor, said)
        for table in (table for extra in self.extras for table in extra.tables):
            trace.watch(table, {person.pk for _row, person in said})
        changed = self._apply_extras(cursor, trace.at)
        trace.compare()
        return changed

    def _try_extras(self, cursor: CursorWrapper, news: Sequence[tuple[PersonRow, Person]]) -> set[int]:
        """Whom they would change: written, counted and rolled back, for each decides by its own rules."""
        said = [(row, person) for row, person in news if row.extras]
        if not said:
            return set()
        point = transaction.savepoint()
        self._stage_extras(cursor, said)
        changed = self._apply_extras(cursor, timezone.now())
        transaction.savepoint_rollback(point)
        return changed

    def _apply_extras(self, cursor: CursorWrapper, at: datetime) -> set[int]:
        cursor.execute("SELECT set_config('imports.moment', %s, true)", [at.isoformat()])
        return {pk for extra in self.extras for pk in extra.apply(cursor, "import_extras", self.job)}

    def _stage_extras(self, cursor: CursorWrapper, said: Sequence[tuple[PersonRow, Person]]) -> None:
        columns = ", ".join(f'"{name}" text' for name in self.extra_fields)
        cursor.execute("DROP TABLE IF EXISTS import_extras")
        cursor.execute(
            "CREATE TEMPORARY TABLE import_extras "
            f"(line bigint, customer_id bigint, said_at timestamptz, {columns}) ON COMMIT DROP"
        )
        uploaded = self.job.created_at.isoformat()
        rows = (
            (
                row.line,
                person.pk,
                row.values.get("changed_at", uploaded),
                *[row.extras.get(name, "") for name in self.extra_fields],
            )
            for row, person in said
        )
        copy(cursor, "import_extras", ["line", "customer_id", "said_at", *self.extra_fields], rows)


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

    def write(self, cursor: CursorWrapper, rows: Sequence[OrderRow], trace: Tracing) -> Outcome:
        people, outcome = People(self.job.source, self.job.created_by), Outcome()
        purchases = self._put_together(cursor, people, rows, outcome)
        _write_people(cursor, self.job, people, trace)
        ordering.find_known(cursor, purchases, self.job.source)
        new = [one for one in purchases if one.is_new]
        known = [one for one in purchases if not one.is_new]
        for table in ordering.WATCHED:
            trace.watch(table, {one.pk for one in known})
        ordering.write_new(cursor, new, self.job.source, trace)
        changed = ordering.update_known(cursor, known) | articles.write(cursor, purchases, trace)
        touched = [*new, *[one for one in known if one.pk in changed]]
        trace.watch(ordering.TOUCHED, {one.buyer.pk for one in touched if not one.buyer.is_new})
        ordering.add_up(cursor, touched)
        trace.compare()
        self._count(outcome, new, known, changed)
        return outcome

    def check(self, cursor: CursorWrapper, rows: Sequence[OrderRow], seen: Seen) -> Findings:
        people, found = TriedPeople(self.job.source, self.job.created_by, seen), Findings()
        purchases = self._put_together(cursor, people, rows, found)
        ordering.find_known(cursor, purchases, self.job.source)
        again = seen.of_orders([one.number for one in purchases if one.is_new])
        new = [one for one in purchases if one.is_new and one.number not in again]
        known = [one for one in purchases if not one.is_new or one.number in again]
        changed = ordering.would_change(cursor, [one for one in known if not one.is_new])
        changed |= articles.would_change(cursor, [one for one in known if not one.is_new])
        # Of an order that an earlier chunk would have made, each further row is news.
        self._count(found, new, known, changed | {0})
        found.new_customers = len(people.new)
        seen.add_orders([one.number for one in new])
        people.remember()
        return found

    def _count(
        self, outcome: Outcome, new: Sequence[Purchase], known: Sequence[Purchase], changed: set[int]
    ) -> None:
        outcome.created = sum(one.rows if self.by_article else 1 for one in new)
        outcome.updated = sum(one.rows for one in known if one.pk in changed)
        outcome.unchanged = sum(one.rows for one in known if one.pk not in changed)
        outcome.updated += sum(one.rows for one in new) - outcome.created

    def _put_together(
        self, cursor: CursorWrapper, people: People, rows: Sequence[OrderRow], outcome: Outcome
    ) -> list[Purchase]:
        """Finds who bought, making who is not known yet, and puts the rows of each order together."""
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
        return [one for one in purchases.values() if one.rows]


def _count(outcome: Outcome, people: People, rows: int, changed: set[int]) -> None:
    """Rows by what they do; `changed` are the known customers to whom something happens."""
    outcome.created = len(people.new)
    outcome.updated = sum(len(one.lines) - 1 for one in people.new) + sum(
        len(one.lines) for one in people.persons.values() if one.pk in changed
    )
    outcome.unchanged = rows - len(outcome.problems) - outcome.created - outcome.updated


def _write_people(cursor: CursorWrapper, job: ImportJob, people: People, trace: Tracing) -> set[int]:
    """Returns the known customers who changed."""
    origin = Origin.of(job.source, trace.at, job.created_by)
    words = [word for word in people.words.values() if word.is_changed]
    languages.fill(people.new, job.language)
    fresh = [word for word in words if word.person.is_new]
    write_new(cursor, people.new, fresh, origin)
    trace.made("customers_customer", [one.pk for one in people.new])
    trace.made("identity_profile", [word.pk for word in fresh])
    queue.mark_new([one.pk for one in people.new])
    known = [one for one in people.persons.values() if one.lines]
    return update_known(cursor, job, known, [word for word in words if not word.person.is_new], trace)


def _touch(buyer: Person, row: OrderRow) -> None:
    """Who comes to us by an old order was last active then, not today."""
    if buyer.is_new:
        moment = row.placed_at.isoformat()
        buyer.values["touched_at"] = max(buyer.values.get("touched_at", moment), moment)


IMPORTERS: dict[str, Callable[[ImportJob], Importer[Any]]] = {
    ImportJob.Kind.CUSTOMERS: CustomerImporter,
    ImportJob.Kind.ORDERS: OrderImporter,
}
