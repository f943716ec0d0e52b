"""Work lists as a filter of the customer list: who was never spoken to, not for long, or has no next step."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.accounts.models import User
from customers import columns
from customers.models import CustomerQuerySet
from customers.tasks.models import Task

NEVER, NO_STEP, OVERDUE = "never", "no_step", "overdue"
DAYS = (30, 60, 90, 180, 365)


def register() -> None:
    columns.register_filter(
        columns.ListFilter(
            "follow_up",
            gettext_lazy("Follow-up"),
            "calendar-clock",
            choices,
            apply,
            needs=("task", "view"),
            order=60,
        )
    )


def choices(user: User) -> Sequence[tuple[str, str]]:
    return [
        (NEVER, _("Never contacted")),
        *((str(days), not_for(days)) for days in DAYS),
        (OVERDUE, _("Next step overdue")),
        (NO_STEP, _("Without next step")),
    ]


def worklists() -> Sequence[tuple[str, str, str]]:
    """The lists one works through on a quiet afternoon: what they are called, an icon, their address."""
    tasks, customers = reverse("tasks:list"), reverse("customers:list")
    return [
        (_("Overdue tasks"), "clock-alert", f"{tasks}?when=overdue"),
        (_("Given to others"), "forward", f"{tasks}?who=given"),
        (_("Never contacted"), "user-round-x", f"{customers}?follow_up={NEVER}"),
        (not_for(90), "hourglass", f"{customers}?follow_up=90"),
        (_("Without next step"), "circle-dashed", f"{customers}?follow_up={NO_STEP}"),
    ]


def not_for(days: int) -> str:
    text = ngettext("Not contacted for %(days)s day", "Not contacted for %(days)s days", days)
    return text % {"days": days}


def apply(rows: CustomerQuerySet, values: list[str]) -> CustomerQuerySet:
    """Several choices add up."""
    asked = Q()
    for value in values:
        asked |= _asked(value)
    return rows.filter(asked)


def _asked(value: str) -> Q:
    steps = Task.objects.open().filter(customer=OuterRef("pk"))
    if value == NO_STEP:
        return ~Q(Exists(steps))
    if value == OVERDUE:
        return Q(Exists(steps.filter(due_on__lt=timezone.localdate())))
    if value == NEVER:
        # Joined, not missed: only so can the small index of those never spoken to be used.
        return Q(last_contact__isnull=False, last_contact__at=None)
    return Q(last_contact__at__lt=timezone.now() - timedelta(days=int(value)))
