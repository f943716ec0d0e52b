"""What people ask for about schedules: set one up, change it, have it look now, note its trouble, end it."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from crm.accounts.models import User
from crm.audit import services as audit
from customers.imports import collecting
from customers.imports.models import Arrival, Schedule


@transaction.atomic
def create(schedule: Schedule, *, by: User) -> Schedule:
    schedule.created_by = by
    schedule.next_at = collecting.next_time(schedule, timezone.now())
    schedule.save(force_insert=True)
    audit.record("import_schedule.created", schedule, by=by, origin=schedule.origin, every=schedule.every)
    if schedule.origin == Schedule.Origin.FOLDER:
        transaction.on_commit(lambda: open_quietly(schedule))
    return schedule


@transaction.atomic
def change(schedule: Schedule, *, by: User) -> None:
    """Whoever changes a schedule answers for what it imports from then on."""
    schedule.created_by = by
    schedule.next_at = collecting.next_time(schedule, timezone.now())
    schedule.save()
    audit.record("import_schedule.changed", schedule, by=by, origin=schedule.origin, every=schedule.every)
    if schedule.origin == Schedule.Origin.FOLDER:
        transaction.on_commit(lambda: open_quietly(schedule))


def open_quietly(schedule: Schedule) -> None:
    """Its folder appears with it; where that is not allowed, the next turn says so."""
    try:
        collecting.open_folder(schedule)
    except OSError:
        return


@transaction.atomic
def hurry(schedule: Schedule, *, by: User) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_at=timezone.now(), is_active=True)
    audit.record("import_schedule.hurried", schedule, by=by)


@transaction.atomic
def acknowledge(schedule: Schedule, *, by: User) -> None:
    schedule.arrivals.troubled(by).update(is_seen=True)


@transaction.atomic
def delete(schedule: Schedule, *, by: User) -> None:
    audit.record("import_schedule.deleted", schedule, by=by)
    schedule.delete()


def with_last(schedules: Iterable[Schedule]) -> list[tuple[Schedule, Arrival | None]]:
    """Each with what came last."""
    rows = list(schedules)
    newest = Arrival.objects.filter(schedule__in=rows).order_by("schedule", "-at").distinct("schedule")
    last = {one.schedule_id: one for one in newest}
    return [(one, last.get(one.pk)) for one in rows]


def troubled(reader: User) -> int:
    """How many files of schedules that `reader` may see need somebody."""
    return Arrival.objects.troubled(reader).count()
