"""What people ask of calendars and standards; each change leaves a trace."""

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from channels.standards.models import Calendar, OwnDay, Policy
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused

MOST_DAYS = 400


@transaction.atomic
def save_calendar(calendar: Calendar, *, by: User) -> Calendar:
    created = calendar.pk is None
    calendar.save()
    audit.record("calendar.created" if created else "calendar.changed", calendar, by=by)
    return calendar


@transaction.atomic
def delete_calendar(calendar: Calendar, *, by: User) -> None:
    audit.record("calendar.deleted", calendar, by=by)
    try:
        calendar.delete()
    except ProtectedError:
        raise Refused(_("This calendar is in use by a standard or a department.")) from None


@transaction.atomic
def set_day(calendar: Calendar, day: OwnDay, *, by: User) -> None:
    """A day that is there already gets the new hours."""
    if calendar.days.count() >= MOST_DAYS:
        raise Refused(_("A calendar has at most %(number)d days of its own.") % {"number": MOST_DAYS})
    OwnDay.objects.update_or_create(
        calendar=calendar, on=day.on, defaults={"name": day.name, "spans": day.spans}
    )
    audit.record("calendar.day_set", calendar, by=by, on=day.on.isoformat())


@transaction.atomic
def remove_day(day: OwnDay, *, by: User) -> None:
    audit.record("calendar.day_removed", day.calendar, by=by, on=day.on.isoformat())
    day.delete()


@transaction.atomic
def save_policy(policy: Policy, *, by: User) -> Policy:
    """What is promised already keeps its promise; the next ones go by what is new."""
    created = policy.pk is None
    if created:
        policy.position = (Policy.objects.aggregate(most=Max("position"))["most"] or 0) + 1
    policy.save()
    audit.record("standard.created" if created else "standard.changed", policy, by=by)
    return policy


@transaction.atomic
def delete_policy(policy: Policy, *, by: User) -> None:
    audit.record("standard.deleted", policy, by=by)
    policy.delete()


@transaction.atomic
def move_policy(policy: Policy, place: int, *, by: User) -> None:
    """To the place counted from 1; the others close up."""
    others = list(Policy.objects.select_for_update().exclude(pk=policy.pk).order_by("position", "pk"))
    others.insert(max(0, min(place - 1, len(others))), policy)
    for number, one in enumerate(others, 1):
        one.position = number
    Policy.objects.bulk_update(others, ["position"])
    audit.record("standard.moved", policy, by=by, place=place)
