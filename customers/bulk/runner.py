"""Does a bulk change in pieces. Each piece is one transaction that also moves the job on, so that whatever
kills the worker, the next one goes on behind the last piece; undoing works the same way."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers import jobs
from customers.bulk import actions
from customers.bulk.actions import Action
from customers.bulk.models import UNDO_DAYS, BulkItem, BulkJob
from customers.jobs import LeaseLost
from customers.models import Customer
from customers.record.models import Change
from customers.record.recording import TELLER, following
from customers.timeline import services as timeline

ROWS = 2_000
Status, Outcome = BulkJob.Status, BulkItem.Outcome
FORWARDS: dict[str, str] = {Status.QUEUED: Status.RUNNING}
BACKWARDS: dict[str, str] = {Status.UNDO_QUEUED: Status.UNDOING}
NO_RIGHTS, GONE = "no_rights", "gone"
# The kind of the timeline's entries.
TOLD = "customer.changed"

GATHER = """
    INSERT INTO bulk_bulkitem (job_id, customer_id, outcome) SELECT %s, id, '' FROM ({chosen}) AS chosen (id)
    ON CONFLICT DO NOTHING
"""
WRITE = """
    UPDATE customers_customer AS c SET {sets}, version = c.version + 1, updated_at = now()
    FROM jsonb_populate_recordset(NULL::customers_customer, %s) AS new WHERE c.id = new.id
"""
# What the timeline tells of has happened with the customer.
TOUCH = """
    UPDATE customers_customer AS c SET touched_at = entry.occurred_at FROM timeline_entry AS entry
    WHERE c.id = ANY(%s) AND entry.source = %s AND entry.source_id = c.id || ':' || c.version
"""
MARK = """
    UPDATE bulk_bulkitem AS item SET outcome = new.outcome, old = new.old, version = new.version
    FROM jsonb_to_recordset(%s) AS new (customer_id bigint, outcome text, old jsonb, version int)
    WHERE item.job_id = %s AND item.customer_id = new.customer_id
"""
MARK_BACK = """
    UPDATE bulk_bulkitem SET outcome = CASE WHEN customer_id = ANY(%s) THEN 'undone' ELSE 'kept' END
    WHERE job_id = %s AND customer_id = ANY(%s)
"""


@dataclass(frozen=True)
class Fate:
    """What became of one customer."""

    customer_id: int
    outcome: str
    old: Mapping[str, Any] | None = None
    version: int | None = None


def run(job_id: int) -> None:
    job = jobs.claim(BulkJob, job_id, FORWARDS, Status.FAILED)
    if job is None:
        return
    try:
        action = _action_of(job)
        if not job.is_gathered:
            gather(job)
        while take(job, action):
            pass
        _end(job, Status.DONE, "bulk.finished", changed=job.changed, denied=job.denied)
    except Refused:
        jobs.finish(job, Status.FAILED, error=NO_RIGHTS)
    except LeaseLost:
        return


def undo(job_id: int) -> None:
    job = jobs.claim(BulkJob, job_id, BACKWARDS, Status.FAILED)
    if job is None:
        return
    try:
        action = _action_of(job)
        while take_back(job, action):
            pass
        _end(job, Status.UNDONE, "bulk.undone", undone=job.undone, kept=job.kept)
    except Refused:
        jobs.finish(job, Status.FAILED, error=NO_RIGHTS)
    except LeaseLost:
        return


@transaction.atomic
def gather(job: BulkJob) -> None:
    """Writes a row for each chosen customer, so that what is chosen no longer depends on what we change."""
    jobs.advance(job)
    try:
        sql, values = jobs.chosen(job, job.created_by).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        sql, values = "SELECT NULL::bigint WHERE false", ()
    with connection.cursor() as cursor:
        cursor.execute(GATHER.format(chosen=sql), [job.pk, *values])
        job.total, job.is_gathered = cursor.rowcount, True
    jobs.advance(job, total=job.total, is_gathered=True, attempts=0)


@transaction.atomic
def take(job: BulkJob, action: Action) -> bool:
    """The next piece; False when there is none."""
    jobs.advance(job)
    items = BulkItem.objects.filter(job=job, customer__gt=job.position).order_by("customer")
    chosen = list(items.values_list("customer", flat=True)[:ROWS])
    if not chosen:
        return False
    fates = _change(job, action, chosen)
    _mark(job, fates)
    counts = {
        name: sum(1 for fate in fates if fate.outcome == name) for name in ("changed", "same", "denied")
    }
    job.position = chosen[-1]
    for name, number in counts.items():
        setattr(job, name, getattr(job, name) + number)
    moved = {name: F(name) + number for name, number in counts.items()}
    jobs.advance(job, position=job.position, attempts=0, **moved)
    return True


@transaction.atomic
def take_back(job: BulkJob, action: Action) -> bool:
    jobs.advance(job)
    items = BulkItem.objects.filter(job=job, outcome=Outcome.CHANGED, customer__gt=job.position)
    found = {one.customer_id: one for one in items.order_by("customer")[:ROWS]}
    if not found:
        return False
    columns = action.columns_of(job.params)
    undone = _restore(job, columns, found) if columns else action.revert(job, list(found)) or set()
    with connection.cursor() as cursor:
        cursor.execute(MARK_BACK, [list(undone), job.pk, list(found)])
    job.position = max(found)
    job.undone += len(undone)
    job.kept += len(found) - len(undone)
    jobs.advance(job, position=job.position, undone=job.undone, kept=job.kept, attempts=0)
    return True


def forget_old() -> None:
    """Drops drafts nobody started, and the rows of changes that can no longer be undone."""
    now = timezone.now()
    BulkJob.objects.filter(status=Status.DRAFT, created_at__lt=now - timedelta(days=1)).delete()
    for job in BulkJob.objects.filter(is_gathered=True, finished_at__lt=now - timedelta(days=UNDO_DAYS)):
        with transaction.atomic(), connection.cursor() as cursor:
            # Nothing hangs on these rows, so they need not be loaded to be deleted.
            cursor.execute("DELETE FROM bulk_bulkitem WHERE job_id = %s", [job.pk])
            BulkJob.objects.filter(pk=job.pk).update(is_gathered=False)


def _change(job: BulkJob, action: Action, chosen: Sequence[int]) -> list[Fate]:
    columns = action.columns_of(job.params)
    allowed = Customer.objects.visible_to(job.created_by, action.needs).filter(pk__in=chosen)
    rows = {
        row["pk"]: row
        for row in allowed.order_by("pk").select_for_update(of=("self",)).values("pk", "version", *columns)
    }
    fates = [Fate(pk, Outcome.DENIED) for pk in chosen if pk not in rows]
    if not columns:
        touched = action.apply(job, list(rows)) or set()
        return fates + [Fate(pk, Outcome.CHANGED if pk in touched else Outcome.SAME) for pk in rows]
    new: list[dict[str, Any]] = []
    for pk, row in rows.items():
        old = plain({name: row[name] for name in columns})
        becomes = action.becomes(old, job.params)
        if becomes == old:
            fates.append(Fate(pk, Outcome.SAME))
        else:
            new.append({"id": pk, **becomes})
            fates.append(Fate(pk, Outcome.CHANGED, old, row["version"] + 1))
    # Whoever gets a thousand customers at once is not told of each.
    entry = action.entry(job.params) if job.ids else None
    _write(columns, new, by=job.created_by, source=Change.Source.BULK, tell="" if entry else TOLD)
    if entry:
        timeline.record_all([row["id"] for row in new], entry[0], by=job.created_by, **entry[1])
    return fates


def _restore(job: BulkJob, columns: Sequence[str], items: Mapping[int, BulkItem]) -> set[int]:
    """Puts the old values back into the rows that nobody has changed since."""
    here = Customer.objects.filter(pk__in=list(items)).order_by("pk").select_for_update(of=("self",))
    versions = dict(here.values_list("pk", "version"))
    same = [pk for pk, item in items.items() if item.old and versions.get(pk) == item.version]
    rows = [{"id": pk, **(items[pk].old or {})} for pk in same]
    _write(columns, rows, by=job.created_by, source=Change.Source.UNDO)
    return set(same)


def _write(
    columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, by: User, source: str, tell: str = TOLD
) -> None:
    if not rows:
        return
    ids = [row["id"] for row in rows]
    sets = ", ".join(f'"{name}" = new."{name}"' for name in columns)
    with (
        following([row["id"] for row in rows], by=by, source=source, tell=tell),
        connection.cursor() as cursor,
    ):
        cursor.execute(WRITE.format(sets=sets), [json.dumps(rows, cls=DjangoJSONEncoder)])
    if tell:
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, [ids, TELLER])


def _mark(job: BulkJob, fates: Iterable[Fate]) -> None:
    rows = [
        {"customer_id": one.customer_id, "outcome": one.outcome, "old": one.old, "version": one.version}
        for one in fates
    ]
    with connection.cursor() as cursor:
        cursor.execute(MARK, [json.dumps(rows, cls=DjangoJSONEncoder), job.pk])


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them, so that what was stored and what is to be can be compared."""
    found: dict[str, Any] = json.loads(json.dumps(row, cls=DjangoJSONEncoder))
    return found


def _action_of(job: BulkJob) -> Action:
    """Rights are asked again when the work begins: they may have been taken away since."""
    action = actions.find(job.action, job.created_by)
    if action is None:
        raise Refused
    return action


@transaction.atomic
def _end(job: BulkJob, status: str, told: str, **detail: Any) -> None:
    jobs.finish(job, status)
    audit.record(told, job, by=job.created_by, action=job.action, customers=job.total, **detail)
