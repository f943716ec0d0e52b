"""Pivots that somebody keeps under a name, and who gets which of them by e-mail."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.accounts.sharing import Kept, KeptQuerySet, shared_by_rule

LEASE = timedelta(minutes=5)
ATTEMPTS = 3


class SavedPivotQuerySet(KeptQuerySet["SavedPivot"]):
    pass


class SavedPivot(Kept):
    """A pivot under a name."""

    resource = "pivot"

    query = models.TextField(_("address"), help_text="As Layout.address writes it.")

    objects = SavedPivotQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved pivot")
        verbose_name_plural = _("saved pivots")
        constraints: ClassVar = shared_by_rule("saved_pivot")

    @property
    def address(self) -> str:
        return f"{self.query}&saved={self.pk}"


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Everybody plans only what comes to themselves."""
        return self.filter(user=user, pivot__in=SavedPivot.objects.visible_to(user))

    def due(self, now: datetime) -> Self:
        return self.filter(is_active=True, next_at__lte=now)


class Schedule(models.Model):
    """A colleague who gets a pivot by e-mail, as they would see it at that moment."""

    class Every(models.TextChoices):
        DAY = "day", _("Every day")
        WEEK = "week", _("Every Monday")
        MONTH = "month", _("On the first of every month")

    class Format(models.TextChoices):
        XLSX = "xlsx", "Excel (XLSX)"
        CSV = "csv", "CSV"

    class Ended(models.TextChoices):
        STOPPED = "stopped", pgettext_lazy("e-mail", "Stopped")
        RIGHTS = "rights", pgettext_lazy("e-mail", "Ended, because a right was lost")

    pivot = models.ForeignKey(SavedPivot, on_delete=models.CASCADE, related_name="schedules")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    every = models.CharField(_("how often"), max_length=5, choices=Every, default=Every.WEEK)
    hour = models.PositiveSmallIntegerField(
        _("at what hour"),
        default=8,
        validators=[MaxValueValidator(23)],
        help_text=_("By the company's clock."),
    )
    format = models.CharField(_("file"), max_length=4, choices=Format, default=Format.XLSX)
    language = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    ended = models.CharField(max_length=7, choices=Ended, blank=True)
    next_at = models.DateTimeField(_("next"))

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail of a pivot")
        verbose_name_plural = _("e-mails of pivots")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "pivot"], name="pivot_is_mailed_once_to_a_colleague"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="pivot_mail_due", condition=Q(is_active=True))
        ]

    def __str__(self) -> str:
        return f"{self.pivot_id} → {self.user_id}"


class SendingQuerySet(models.QuerySet["Sending"]):
    def ready(self, now: datetime) -> Self:
        """Waiting, or left by a worker who died before anything was sent."""
        left = Q(status=Sending.Status.BUILDING, lease_until__lt=now)
        return self.filter(Q(status=Sending.Status.WAITING) | left)

    def lost(self, now: datetime) -> Self:
        """Handed over, and nobody lived to say how it went."""
        return self.filter(status=Sending.Status.HANDED, lease_until__lt=now)


class Sending(models.Model):
    """One e-mail of one occasion. Once it was handed to the mail server it is never sent again."""

    access = "Read only through its schedule, by whom it is sent to."

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("e-mail", "Waiting")
        BUILDING = "building", pgettext_lazy("e-mail", "Being made")
        HANDED = "handed", pgettext_lazy("e-mail", "Being sent")
        SENT = "sent", pgettext_lazy("e-mail", "Sent")
        FAILED = "failed", pgettext_lazy("e-mail", "Not sent")
        UNKNOWN = "unknown", pgettext_lazy("e-mail", "Perhaps sent")

    class Problem(models.TextChoices):
        SLOW = "slow", _("The table took too long. Narrow it.")
        QUESTION = "question", _("The table asks for something that is gone, such as a segment.")
        SERVER = "server", _("The mail server refused it.")
        DIED = "died", _("Making it failed several times.")

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="sendings", db_index=False)
    occasion = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    problem = models.CharField(max_length=8, choices=Problem, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = SendingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "occasion"], name="pivot_is_mailed_once_an_occasion"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                name="pivot_mail_under_way",
                condition=Q(status__in=["waiting", "building", "handed"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.occasion:%Y-%m-%d %H:%M}"

    @property
    def tone(self) -> str:
        return {"sent": "ok", "failed": "bad", "unknown": "warn"}.get(self.status, "soft")
