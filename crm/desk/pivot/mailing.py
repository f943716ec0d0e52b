"""Pivots by e-mail. A row is the work: one for each occasion of a schedule, made in the transaction that
moves the schedule on, so that no occasion is missed and none comes twice.

A table is made as the colleague would see it now. Before the mail is handed over the row says so: a worker
who dies after that leaves a mail that was perhaps sent, and nobody sends it again.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.accounts.models import User
from crm.audit import services as audit
from crm.desk.pivot import arranging, asking, controls, files, showing
from crm.desk.pivot.models import ATTEMPTS, LEASE, SavedPivot, Schedule, Sending
from crm.lib.errors import Refused
from crm.lib.patience import TooSlow
from segments.facts import zone

log = logging.getLogger(__name__)
Status, Problem = Sending.Status, Sending.Problem
MOST_AT_ONCE = 100


def sweep() -> int:
    """How many mails were sent."""
    now = timezone.now()
    plan(now)
    Sending.objects.lost(now).update(status=Status.UNKNOWN, ended_at=now)
    waiting = Sending.objects.ready(now).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE]
    return sum(deliver(pk) for pk in list(waiting))


def plan(now: datetime) -> None:
    """A row for each schedule whose time has come; what was slept through comes once."""
    for pk in list(Schedule.objects.due(now).values_list("pk", flat=True)[:MOST_AT_ONCE]):
        with transaction.atomic():
            one = Schedule.objects.due(now).select_for_update(skip_locked=True).filter(pk=pk).first()
            if one is None:
                continue
            Sending.objects.get_or_create(schedule=one, occasion=one.next_at)
            Schedule.objects.filter(pk=pk).update(next_at=next_time(one, now))


def next_time(schedule: Schedule, after: datetime) -> datetime:
    """The next full hour of the schedule behind `after`, by the company's clock."""
    at = after.astimezone(zone()).replace(hour=schedule.hour, minute=0, second=0, microsecond=0)
    while at <= after or not _fits(schedule, at):
        at += timedelta(days=1)
    return at


def _fits(schedule: Schedule, at: datetime) -> bool:
    if schedule.every == Schedule.Every.WEEK:
        return at.weekday() == 0
    return at.day == 1 if schedule.every == Schedule.Every.MONTH else True


def deliver(pk: int) -> bool:
    """Makes and sends one, unless somebody else has it. Whether it was sent."""
    sending = _claim(pk)
    if sending is None:
        return False
    schedule = sending.schedule
    if not may_get(schedule.user, schedule.pivot):
        Schedule.objects.filter(pk=schedule.pk).update(is_active=False, ended=Schedule.Ended.RIGHTS)
        return _end(sending, Status.FAILED)
    try:
        with override(schedule.language or settings.LANGUAGE_CODE):
            mail = letter(schedule)
    except TooSlow:
        return _end(sending, Status.FAILED, Problem.SLOW)
    except Refused:
        return _end(sending, Status.FAILED, Problem.QUESTION)
    return _hand_over(sending, mail)


def may_get(user: User, pivot: SavedPivot) -> bool:
    """Asked at the moment of sending: who left or lost the right gets nothing more."""
    return user.may("pivot", "export") and SavedPivot.objects.visible_to(user).filter(pk=pivot.pk).exists()


def letter(schedule: Schedule) -> EmailMessage:
    """The mail with its file, as the colleague sees the pivot now."""
    pivot, user = schedule.pivot, schedule.user
    table = arranging.table(asking.written(pivot.query, user))
    asked = table.layout.question
    lines = [
        f"{asked.measure.label}: {showing.written(asked.measure, table.value(()))}",
        controls.words(asked),
        str(asked.measure.definition),
        "",
        settings.PUBLIC_URL + reverse("pivot:table") + f"?{pivot.address}",
        _("You planned this e-mail yourself. It stops at: %(address)s")
        % {"address": settings.PUBLIC_URL + reverse("pivot:schedule", args=[pivot.pk])},
    ]
    title = f"{settings.COMPANY_NAME}: {pivot.name} · {timezone.localdate()}"
    mail = EmailMessage(title, "\n".join(lines), settings.DEFAULT_FROM_EMAIL, [user.email])
    mail.attach(files.name(table, schedule.format), *files.content(table, schedule.format))
    return mail


def _claim(pk: int) -> Sending | None:
    now = timezone.now()
    taken = Sending.objects.ready(now).filter(pk=pk)
    if not taken.update(status=Status.BUILDING, attempts=F("attempts") + 1, lease_until=now + LEASE):
        return None
    sending = Sending.objects.select_related("schedule__user", "schedule__pivot").get(pk=pk)
    if sending.attempts > ATTEMPTS:
        _end(sending, Status.FAILED, Problem.DIED)
        return None
    return sending


def _hand_over(sending: Sending, mail: EmailMessage) -> bool:
    # Whoever took over in the meantime has another number of attempts.
    ours = Sending.objects.filter(pk=sending.pk, status=Status.BUILDING, attempts=sending.attempts)
    if not ours.update(status=Status.HANDED, lease_until=timezone.now() + LEASE):
        return False
    try:
        mail.send()
    except OSError as error:  # what mail servers refuse is one as well
        log.warning("A pivot could not be sent: %s", type(error).__name__)
        return _end(sending, Status.FAILED, Problem.SERVER)
    audit.record(
        "pivot.mailed", sending.schedule.pivot, by=sending.schedule.user, format=sending.schedule.format
    )
    return _end(sending, Status.SENT)


def _end(sending: Sending, status: str, problem: str = "") -> bool:
    Sending.objects.filter(pk=sending.pk).update(
        status=status, problem=problem, ended_at=timezone.now(), lease_until=None
    )
    return status == Status.SENT
