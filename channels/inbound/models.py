"""What providers called us with, exactly as it came: nothing is lost, nothing counts twice."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.models import Channel
from crm.accounts.models import User


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("channel", action) else self.none()


class Event(models.Model):
    """One call of a provider or one thing fetched from it: verified, and stored before the answer."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("event", "Waiting")
        DONE = "done", pgettext_lazy("event", "Taken in")
        IGNORED = "ignored", pgettext_lazy("event", "Of no interest")
        PARKED = "parked", pgettext_lazy("event", "Set aside")

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="events", db_index=False)
    dedupe_key = models.CharField(max_length=255)
    raw = models.BinaryField()
    marks = ArrayField(
        models.BigIntegerField(), null=True, help_text="Check sums of handles in it; null: not read yet."
    )
    received_at = models.DateTimeField(_("arrived"), default=timezone.now)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.NEW)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["due_at", "id"], name="event_new", condition=Q(state="new")),
            models.Index(fields=["channel", "-id"], name="event_of_a_channel"),
            models.Index(
                fields=["channel", "state", "-id"], name="event_not_done", condition=~Q(state="done")
            ),
            GinIndex(fields=["marks"], name="event_by_marks"),
            models.Index(fields=["id"], name="event_without_marks", condition=Q(marks=None)),
            BrinIndex(fields=["received_at"], name="event_by_time", autosummarize=True),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "dedupe_key"], name="event_comes_once"),
            models.CheckConstraint(
                name="event_set_aside_has_a_reason",
                condition=~Q(state__in=["parked", "ignored"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id}:{self.pk}"


class Taken(models.Model):
    """One part of an event that was taken in: an event may carry many and come again."""

    access = "Read only through its event."

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="taken")
    dedupe_key = models.CharField(max_length=255)
    message = models.ForeignKey("inbox.Message", null=True, on_delete=models.SET_NULL, related_name="taken")
    why = models.CharField(max_length=200, blank=True, help_text="Why it was ignored.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "dedupe_key"], name="part_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}:{self.dedupe_key}"


class Cursor(models.Model):
    """How far a channel was fetched. Its row's lock lets only one fetch at a time."""

    access = "Read only through its channel."

    channel = models.OneToOneField(Channel, primary_key=True, on_delete=models.CASCADE, related_name="cursor")
    position = models.JSONField(default=dict)
    fetched_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.channel_id)
