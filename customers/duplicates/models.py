"""One answer for many pairs at once: what was decided, of which pairs, and what can be taken back."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.jobs import Job


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Everybody sees their own."""
        return self.filter(created_by=user) if user.may("duplicate", action) else self.none()


class Batch(Job):
    """The same decision for all open pairs that agree and disagree in the same way."""

    class Verdict(models.TextChoices):
        JOIN = "join", _("The same: join them")
        APART = "apart", _("Not the same")

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("decision", "Queued")
        RUNNING = "running", pgettext_lazy("decision", "Running")
        DONE = "done", pgettext_lazy("decision", "Done")
        FAILED = "failed", pgettext_lazy("decision", "Failed")
        UNDO_QUEUED = "undo", pgettext_lazy("decision", "Undo is queued")
        UNDOING = "undoing", pgettext_lazy("decision", "Being undone")
        UNDONE = "undone", pgettext_lazy("decision", "Undone")

    verdict = models.CharField(_("decision"), max_length=5, choices=Verdict)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    total = models.PositiveIntegerField(_("chosen"), default=0)
    decided = models.PositiveIntegerField(_("decided"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    undone = models.PositiveIntegerField(_("undone"), default=0)
    kept = models.PositiveIntegerField(_("changed since, so kept"), default=0)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision about many pairs")
        verbose_name_plural = _("decisions about many pairs")
        indexes = [
            models.Index(fields=["created_by", "-created_at", "-id"], name="batch_of_a_colleague"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.pk}"

    @property
    def done(self) -> int:
        return self.decided + self.left_out

    @property
    def is_moving(self) -> bool:
        S = self.Status  # noqa: N806
        return self.status in (S.QUEUED, S.RUNNING, S.UNDO_QUEUED, S.UNDOING)

    @property
    def can_be_undone(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED) and self.decided > 0


class BatchItem(models.Model):
    """What became of one pair."""

    access = "Read only through its batch."

    class Outcome(models.TextChoices):
        WAITING = "", pgettext_lazy("decision", "Waiting")
        DECIDED = "decided", pgettext_lazy("decision", "Decided")
        LEFT_OUT = "left", pgettext_lazy("decision", "Left out")
        UNDONE = "undone", pgettext_lazy("decision", "Undone")
        KEPT = "kept", pgettext_lazy("decision", "Changed since, so kept")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    pair = models.ForeignKey("matching.Pair", on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING, blank=True)
    merges = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        verbose_name = _("decision about a pair")
        verbose_name_plural = _("decisions about pairs")
        constraints = [models.UniqueConstraint(fields=["batch", "pair"], name="pair_is_in_a_batch_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.pair_id}"
