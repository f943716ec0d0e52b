"""What open pages are told without asking: a short-lived, ordered list that any of them can read again."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One piece of news on one topic. Kept for a day: who was away longer loads the page anew."""

    access = "Who may read a topic is asked where its stream is opened."

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=80)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict, help_text="Numbers and states only, never personal data.")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("news")
        indexes = [models.Index(fields=["topic", "id"], name="live_event_of_a_topic")]

    def __str__(self) -> str:
        return f"{self.topic}:{self.pk}"
