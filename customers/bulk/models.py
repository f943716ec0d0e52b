"""One change to many customers: what is to be done, to whom, and what became of each."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.jobs import Job
from customers.models import Customer

UNDO_DAYS = 7


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Everybody sees their own."""
        return self.filter(created_by=user) if user.may("customer", "view") else self.none()


class BulkJob(Job):
    """A change to many customers at once."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("bulk change", "Being prepared")
        QUEUED = "queued", pgettext_lazy("bulk change", "Queued")
        RUNNING = "running", pgettext_lazy("bulk change", "Running")
        DONE = "done", pgettext_lazy("bulk change", "Done")
        FAILED = "failed", pgettext_lazy("bulk change", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("bulk change", "Cancelled")
        UNDO_QUEUED = "undo", pgettext_lazy("bulk change", "Undo is queued")
        UNDOING = "undoing", pgettext_lazy("bulk change", "Being undone")
        UNDONE = "undone", pgettext_lazy("bulk change", "Undone")

    action = models.CharField(_("what"), max_length=20, help_text="A key of customers.bulk.actions.")
    params = models.JSONField(default=dict, help_text="As the action's form gave them.")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    is_gathered = models.BooleanField(default=False, help_text="Whether every chosen customer has a row.")
    position = models.BigIntegerField(default=0, help_text="The last customer dealt with.")
    total = models.BigIntegerField(_("chosen"), default=0)
    changed = models.BigIntegerField(_("changed"), default=0)
    same = models.BigIntegerField(_("already so"), default=0)
    denied = models.BigIntegerField(_("left out"), default=0)
    undone = models.BigIntegerField(_("undone"), default=0)
    kept = models.BigIntegerField(_("changed since, so kept"), default=0)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        indexes: ClassVar = [
            models.Index(fields=["created_by", "-created_at", "-id"], name="bulk_of_a_colleague"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"

    @property
    def done(self) -> int:
        return self.changed + self.same + self.denied

    @property
    def is_moving(self) -> bool:
        S = self.Status  # noqa: N806
        return self.status in (S.QUEUED, S.RUNNING, S.UNDO_QUEUED, S.UNDOING)

    @property
    def undo_until(self) -> datetime | None:
        return self.finished_at + timedelta(days=UNDO_DAYS) if self.finished_at else None

    @property
    def can_be_undone(self) -> bool:
        ended = self.status in (self.Status.DONE, self.Status.CANCELLED, self.Status.FAILED)
        return ended and self.changed > 0 and self.undo_until is not None and self.undo_until > timezone.now()


class BulkItem(models.Model):
    """What became of one chosen customer."""

    access = "Read only through its job."

    class Outcome(models.TextChoices):
        WAITING = "", pgettext_lazy("bulk change", "Waiting")
        CHANGED = "changed", pgettext_lazy("bulk change", "Changed")
        SAME = "same", pgettext_lazy("bulk change", "Was so already")
        DENIED = "denied", pgettext_lazy("bulk change", "Not yours to change")
        UNDONE = "undone", pgettext_lazy("bulk change", "Undone")
        KEPT = "kept", pgettext_lazy("bulk change", "Changed since, so kept")

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items", db_index=False)
    # Checking the key for every row would double the time of gathering; it is read through the customer.
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING, blank=True)
    old = models.JSONField(null=True, help_text="The columns as they were.")
    version = models.PositiveIntegerField(null=True, help_text="The customer's after the change.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "customer"], name="customer_is_chosen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.customer_id}"
