"""Files that come by themselves, from a folder or an address, at fixed times."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Scope
from customers.imports.models.jobs import ImportJob
from customers.imports.models.mappings import SavedMapping


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        scope = user.scope("import", action)
        if scope is Scope.ALL:
            return self
        return self.filter(created_by=user) if scope else self.none()

    def due(self) -> Self:
        return self.filter(is_active=True, next_at__lte=timezone.now())


class Schedule(models.Model):
    """Where files come from, when, and how they are understood."""

    class Origin(models.TextChoices):
        FOLDER = "folder", _("A folder on the server")
        URL = "url", _("A web address")

    class Every(models.TextChoices):
        QUARTER = "quarter", _("Every 15 minutes")
        HOUR = "hour", _("Every hour")
        DAY = "day", _("Every day")
        WEEK = "week", _("Every Monday")

    name = models.CharField(pgettext_lazy("schedule", "name"), max_length=80, unique=True)
    mapping = models.ForeignKey(
        SavedMapping, verbose_name=_("saved mapping"), on_delete=models.PROTECT, related_name="schedules"
    )
    origin = models.CharField(_("comes from"), max_length=6, choices=Origin, default=Origin.FOLDER)
    pattern = models.CharField(
        _("file names"), max_length=100, default="*.csv", help_text=_("Such as customers-*.csv."), blank=True
    )
    url = models.URLField(_("web address"), max_length=500, blank=True, help_text=_("https only."))
    every = models.CharField(_("how often"), max_length=8, choices=Every, default=Every.DAY)
    at_time = models.TimeField(_("time of day"), default="03:00")
    most_errors = models.PositiveSmallIntegerField(
        _("stop above so many faulty rows, in per cent"),
        default=10,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("Such a file waits for somebody to look at it, and nothing of it is written."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    next_at = models.DateTimeField(_("next"), default=timezone.now)
    created_by = models.ForeignKey(
        User,
        verbose_name=_("acts for"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Files are imported with this colleague's rights."),
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled import")
        verbose_name_plural = _("scheduled imports")
        constraints = [
            models.CheckConstraint(
                name="schedule_says_where_from",
                condition=Q(origin="folder") & ~Q(pattern="") | Q(origin="url", url__startswith="https://"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def troubled(self, user: User) -> Self:
        """What somebody should look at: failed, or waiting for a decision, and not acknowledged yet."""
        bad = [Arrival.State.FAILED, Arrival.State.WAITS]
        mine = Schedule.objects.visible_to(user)
        return self.filter(state__in=bad, is_seen=False, schedule__in=mine)


class Arrival(models.Model):
    """One file that came by itself, or why none did."""

    access = "Read only through its schedule."

    class State(models.TextChoices):
        TAKEN = "taken", pgettext_lazy("arrival", "Taken in")
        DONE = "done", pgettext_lazy("arrival", "Imported")
        WAITS = "waits", pgettext_lazy("arrival", "Waits for you")
        FAILED = "failed", pgettext_lazy("arrival", "Failed")

    id = models.BigAutoField(primary_key=True)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="arrivals", db_index=False)
    at = models.DateTimeField(_("when"), default=timezone.now)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.TAKEN)
    file_name = models.CharField(_("file"), max_length=255, blank=True)
    file_key = models.CharField(
        max_length=64, null=True, help_text="Of name, size and time: a file that comes again is known."
    )
    job = models.OneToOneField(
        ImportJob, null=True, on_delete=models.CASCADE, related_name="arrival", verbose_name=_("import")
    )
    error = models.CharField(
        max_length=40, blank=True, help_text="A code; customers.imports.problems has the words."
    )
    is_seen = models.BooleanField(default=False, help_text="Somebody has acknowledged the error.")

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["schedule", "-at"], name="arrival_newest_first")]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "file_key"], name="file_arrives_once"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id}: {self.file_name}"
