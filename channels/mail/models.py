"""How often machines of ours wrote, so that two machines never keep each other busy."""

from django.db import models
from django.utils import timezone


class AutomaticAnswer(models.Model):
    """One mail that nobody wrote. The address is kept as a digest only, and for two days."""

    access = "Figures for the sender only; names nobody."

    id = models.BigAutoField(primary_key=True)
    digest = models.BigIntegerField()
    matter = models.CharField(max_length=64, blank=True, help_text="The conversation it belongs to.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["digest", "at"], name="answer_to_an_address"),
            models.Index(fields=["matter", "at"], name="answer_in_a_matter", condition=~models.Q(matter="")),
            models.Index(fields=["at"], name="answer_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.matter}:{self.pk}"
