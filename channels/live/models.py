"""What open pages are told without asking: a short-lived list that any of them can read again.

Numbers given out by a sequence become visible out of order: who remembers "I have read up to 17" misses a 16
that commits later. So a reader remembers a snapshot of PostgreSQL instead, and asks for what has become
visible since then; every row names the transaction it was written in for that.
"""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User


@deconstructible(path="channels.live.models.ThisTransaction")
class ThisTransaction(models.Func):
    """The number of the transaction that writes, as PostgreSQL counts them."""

    template = "pg_current_xact_id()::text::bigint"
    arity = 0

    def __init__(self, **extra: Any) -> None:
        super().__init__(output_field=models.BigIntegerField(), **extra)


class Event(models.Model):
    """One piece of news on one topic. Kept for a day: who was away longer loads the page anew."""

    access = "Who may read a topic is asked where its stream is opened."

    id = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField(db_default=ThisTransaction(), editable=False)
    topic = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict, help_text="Numbers and states only, never personal data.")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("news")
        indexes = [
            models.Index(fields=["transaction"], name="live_event_in_order"),
            models.Index(fields=["topic", "transaction"], name="live_event_of_a_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.topic}:{self.pk}"


class Absence(models.Model):
    """A colleague who said that they take no work now, though their pages are open."""

    access = "Whether a colleague is there is seen by every colleague."

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")

    def __str__(self) -> str:
        return str(self.user_id)
