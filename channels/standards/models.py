"""Service standards: when we are there, what we promise, and how long each promise still has."""

from typing import TYPE_CHECKING, Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.inbox.models import Conversation
from channels.standards.hours import Hours, Spans
from crm.accounts.models import User

if TYPE_CHECKING:
    from datetime import datetime


class ConfiguredQuerySet(models.QuerySet[Any]):
    """What is set up for everybody: whoever may see how work is spread sees all of it."""

    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("routing", action) else self.none()


class Calendar(models.Model):
    """Opening hours: a week, days of its own, and if wanted the public holidays of China."""

    name = models.CharField(pgettext_lazy("calendar", "name"), max_length=100, unique=True)
    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    # Seven lists, Monday first, of spans of minutes since midnight.
    week = models.JSONField(_("opening hours"), default=list)
    china = models.BooleanField(
        _("public holidays of China"),
        default=False,
        help_text=_("Closed on public holidays, open on the workdays that make up for them."),
    )

    objects = ConfiguredQuerySet.as_manager()

    class Meta:
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="calendar_has_seven_days",
                condition=Exact(
                    Func("week", function="jsonb_array_length", output_field=models.IntegerField()), 7
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> Hours:
        special = {day.on: _spans(day.spans) for day in self.days.all()}
        return Hours(self.zone, tuple(_spans(spans) for spans in self.week), special, self.china)


class OwnDay(models.Model):
    """A day on which a calendar is not as usual: closed, or open at other hours."""

    access = "Read only through its calendar."

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days", db_index=False)
    on = models.DateField(_("day"))
    name = models.CharField(pgettext_lazy("holiday", "name"), max_length=100, blank=True)
    spans = models.JSONField(_("opening hours"), default=list, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ("on",)
        constraints = [
            models.UniqueConstraint(fields=["calendar", "on"], name="day_is_special_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class Policy(models.Model):
    """What we promise in which conversations. The first one whose conditions all hold counts."""

    class Tells(models.TextChoices):
        NOBODY = "nobody", pgettext_lazy("escalation", "Nobody")
        MANAGERS = "managers", _("The department's managers")
        PERSON = "person", _("A colleague")

    name = models.CharField(pgettext_lazy("policy", "name"), max_length=100, unique=True)
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(_("in use"), default=True)
    conditions = models.JSONField(_("conditions"), default=dict, blank=True)
    calendar = models.ForeignKey(
        Calendar,
        verbose_name=_("business calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="policies",
        help_text=_("Only its open hours count. Without one every hour counts."),
    )
    first_reply = models.PositiveIntegerField(_("first reply"), null=True, blank=True)
    next_reply = models.PositiveIntegerField(_("each further reply"), null=True, blank=True)
    resolution = models.PositiveIntegerField(_("solved"), null=True, blank=True)
    warn_at = models.PositiveSmallIntegerField(
        _("warn at"), default=75, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    pauses_pending = models.BooleanField(_("waits while the customer is asked something"), default=True)
    pauses_snoozed = models.BooleanField(_("waits while the conversation is snoozed"), default=False)
    tells = models.CharField(
        _("who is told of a broken promise"), max_length=8, choices=Tells, default=Tells.MANAGERS
    )
    person = models.ForeignKey(
        User, verbose_name=_("colleague"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ConfiguredQuerySet.as_manager()

    class Meta:
        verbose_name = _("service standard")
        verbose_name_plural = _("service standards")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                name="policy_promises_something",
                condition=~Q(first_reply=None, next_reply=None, resolution=None),
            ),
            models.CheckConstraint(
                name="policy_promises_no_miracles",
                condition=~Q(first_reply=0) & ~Q(next_reply=0) & ~Q(resolution=0),
            ),
            models.CheckConstraint(
                name="policy_warns_before_the_end", condition=Q(warn_at__gte=1, warn_at__lte=99)
            ),
            models.CheckConstraint(
                name="policy_names_whom_it_tells", condition=~Q(tells="person") | Q(person__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def minutes(self, kind: str) -> int | None:
        """What it promises, in minutes; None: nothing."""
        return {
            Clock.Kind.FIRST: self.first_reply,
            Clock.Kind.NEXT: self.next_reply,
            Clock.Kind.SOLVED: self.resolution,
        }[Clock.Kind(kind)] or None


class ClockQuerySet(models.QuerySet["Clock"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user, action))

    def running(self) -> Self:
        """Neither kept nor given up; perhaps paused."""
        return self.filter(met_at=None, dropped_at=None)

    def overdue(self, now: "datetime") -> Self:
        return self.running().filter(due_at__lte=now, breached_at=None)

    def to_warn(self, now: "datetime") -> Self:
        return self.running().filter(warn_at__lte=now, due_at__gt=now, warned_at=None, breached_at=None)

    def at_risk(self, now: "datetime") -> Self:
        return self.running().filter(Q(warn_at__lte=now) | Q(breached_at__isnull=False))


class Clock(models.Model):
    """One promise to one customer. `used` seconds were over when it last began to count; while it is paused
    nothing counts and nothing is due."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First reply")
        NEXT = "next", _("Further reply")
        SOLVED = "solved", pgettext_lazy("promise", "Solved")

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="clocks", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    started_at = models.DateTimeField(_("since"), default=timezone.now)
    target = models.PositiveIntegerField(_("seconds promised"))
    used = models.FloatField(_("seconds over"), default=0)
    counting_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(_("warned"), null=True)
    breached_at = models.DateTimeField(_("broken"), null=True)
    escalated_at = models.DateTimeField(_("told to others"), null=True)
    met_at = models.DateTimeField(_("kept"), null=True)
    # The reply that met it: it may be taken back.
    met_by = models.BigIntegerField(null=True)
    # When there was nothing to promise any more.
    dropped_at = models.DateTimeField(_("given up"), null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        indexes = [
            models.Index(
                fields=["due_at"],
                name="clock_due",
                condition=Q(met_at=None, dropped_at=None, breached_at=None),
            ),
            models.Index(fields=["warn_at"], name="clock_at_risk", condition=Q(met_at=None, dropped_at=None)),
            models.Index(fields=["conversation", "-id"], name="clock_of_a_conversation"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "kind"],
                condition=Q(met_at=None, dropped_at=None),
                name="clock_runs_once_per_kind",
            ),
            models.CheckConstraint(name="clock_ends_once", condition=Q(met_at=None) | Q(dropped_at=None)),
            models.CheckConstraint(
                name="clock_that_counts_is_due",
                condition=Q(counting_since=None, due_at=None, warn_at=None)
                | Q(counting_since__isnull=False, due_at__isnull=False, warn_at__isnull=False)
                | Q(met_at__isnull=False)
                | Q(dropped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="clock_is_escalated_when_broken",
                condition=Q(escalated_at=None) | Q(breached_at__isnull=False),
            ),
            models.CheckConstraint(
                name="clock_ends_after_it_began",
                condition=(Q(met_at=None) | Q(met_at__gte=F("started_at")))
                & (Q(dropped_at=None) | Q(dropped_at__gte=F("started_at"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.kind}"


def _spans(stored: list[list[int]]) -> Spans:
    return tuple((start, end) for start, end in stored)
