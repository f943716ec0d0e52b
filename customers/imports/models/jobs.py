from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Scope


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        scope = user.scope("import", action)
        if scope is Scope.ALL:
            return self
        return self.filter(created_by=user) if scope else self.none()

    def waiting(self) -> Self:
        """Jobs nobody works on: asked for, or left half-way by a worker that died."""
        asked_or_left = self.filter(status__in=[*WORK, *WORK.values()])
        return asked_or_left.exclude(lease_until__gt=timezone.now())


class Policy(models.TextChoices):
    """What happens when the file and we know different things about a customer we have."""

    OVERWRITE = "overwrite", _("File wins")
    FILL = "fill", _("Fill empty only")
    NEWEST = "newest", _("Newest wins")
    KEEP = "keep", _("Keep ours")


class Duplicates(models.TextChoices):
    """What becomes of a new row that resembles somebody we have. Nobody is joined on a mere likeness."""

    REVIEW = "review", _("Create, and put to the possible duplicates")
    LINK = "link", _("Add to the customer we have")
    CREATE = "create", _("Create as somebody else")


class ImportJob(models.Model):
    """One file on its way in."""

    class Kind(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")
        ORDERS = "orders", _("Orders")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", pgettext_lazy("import", "Uploaded")
        READING = "reading", pgettext_lazy("import", "Being read")
        PREVIEW = "preview", pgettext_lazy("import", "Waiting for its columns")
        TO_CHECK = "to_check", pgettext_lazy("import", "Waiting for its check")
        CHECKING = "checking", pgettext_lazy("import", "Being checked")
        CHECKED = "checked", pgettext_lazy("import", "Waiting for your go")
        QUEUED = "queued", pgettext_lazy("import", "Queued")
        RUNNING = "running", pgettext_lazy("import", "Running")
        DONE = "done", pgettext_lazy("import", "Done")
        FAILED = "failed", pgettext_lazy("import", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("import", "Cancelled")
        TO_REVIEW = "to_review", pgettext_lazy("import", "Revert asked for")
        REVIEWING = "reviewing", pgettext_lazy("import", "Revert being prepared")
        REVIEWED = "reviewed", pgettext_lazy("import", "Revert waits for your go")
        TO_REVERT = "to_revert", pgettext_lazy("import", "Revert queued")
        REVERTING = "reverting", pgettext_lazy("import", "Being reverted")
        REVERTED = "reverted", pgettext_lazy("import", "Reverted")

    class Language(models.TextChoices):
        GUESS = "guess", _("Guess from name and phone")
        CHINESE = "zh-hans", _("Simplified Chinese")
        ENGLISH = "en", _("English")
        NONE = "", _("Leave empty")

    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    file_name = models.CharField(_("file"), max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", max_length=255)
    file_bytes = models.BigIntegerField(default=0)
    source = models.CharField(
        _("numbering system"),
        max_length=40,
        default="file",
        help_text=_("Customer and order numbers are unique within one source, such as the shop or the till."),
    )
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    header = models.JSONField(default=list, help_text="Column titles as they stand in the file.")
    sample = models.JSONField(default=list, help_text="The first rows, as read.")
    mapping = models.JSONField(default=dict, help_text="Field name → column index.")
    policies = models.JSONField(default=dict, help_text="Field name → Policy, where it is not the first.")
    duplicates = models.CharField(
        _("new rows that resemble somebody"), max_length=6, choices=Duplicates, default=Duplicates.REVIEW
    )
    language = models.CharField(
        _("language of new customers"),
        max_length=10,
        choices=Language,
        default=Language.GUESS,
        blank=True,
        help_text=_("For customers whose language the file does not say: mail to them is written in it."),
    )
    saved_mapping = models.ForeignKey(
        "imports.SavedMapping", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    findings = models.JSONField(
        default=dict, help_text="What the check counted, before anything was written."
    )
    total_bytes = models.BigIntegerField(default=0)
    done_bytes = models.BigIntegerField(default=0)
    done_rows = models.BigIntegerField(
        _("rows done"), default=0, help_text=_("Rows whose fate is committed; a restart goes on here.")
    )
    created_rows = models.BigIntegerField(pgettext_lazy("rows", "created"), default=0)
    updated_rows = models.BigIntegerField(_("updated"), default=0)
    unchanged_rows = models.BigIntegerField(_("unchanged"), default=0)
    skipped_rows = models.BigIntegerField(_("skipped"), default=0)
    error_rows = models.BigIntegerField(_("with errors"), default=0)
    error = models.TextField(blank=True, help_text="Why the whole file could not be used.")
    warnings = models.JSONField(default=list, help_text="Codes; customers.imports.problems has the words.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"),
        default=0,
        help_text=_("Starts since anything was last committed; too many of them end the job."),
    )

    ended_as = models.CharField(max_length=10, blank=True, help_text="The status a revert began at.")
    keeps_edits = models.BooleanField(default=True, help_text="A revert leaves what was edited since.")
    reversal = models.JSONField(default=dict, help_text="What a revert found and did.")
    reverted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text="When the file and the traces were deleted."
    )

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_newest_first")]

    def __str__(self) -> str:
        return self.file_name

    def policy_of(self, field: str) -> str:
        return str(self.policies.get(field, Policy.OVERWRITE.value))

    @property
    def left_out_rows(self) -> int:
        return self.skipped_rows + self.error_rows

    @property
    def written_rows(self) -> int:
        return self.created_rows + self.updated_rows

    @property
    def can_be_reverted(self) -> bool:
        ended = self.status in (self.Status.DONE, self.Status.FAILED, self.Status.CANCELLED)
        return ended and bool(self.written_rows) and self.forgotten_at is None

    @property
    def forgotten_on(self) -> date:
        """When the file, and with it the way back, goes."""
        kept = self.finished_at or self.created_at
        return timezone.localdate(kept) + timedelta(days=settings.IMPORT_KEEP_DAYS)


Status = ImportJob.Status
# What a job waits for, and what it is while somebody works on it.
WORK = {
    Status.UPLOADED: Status.READING,
    Status.TO_CHECK: Status.CHECKING,
    Status.QUEUED: Status.RUNNING,
    Status.TO_REVIEW: Status.REVIEWING,
    Status.TO_REVERT: Status.REVERTING,
}


class ImportProblem(models.Model):
    """One row that was not taken over, and why; or, after a check, whom a new customer may be already."""

    access = "Read only through its import."

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="problems", db_index=False)
    line = models.BigIntegerField(_("row"), help_text=_("Row of the data; the header is row 0."))
    column = models.CharField(_("column"), max_length=255, blank=True)
    reason = models.CharField(
        _("reason"), max_length=60, help_text="A code; customers.imports.problems has the words."
    )
    cells = models.JSONField(_("the row"), default=list)
    alike = models.BigIntegerField(
        null=True, help_text="The customer whom a new one resembles; 0: one of the file."
    )
    evidence = models.JSONField(null=True, help_text="Why: score, reasons, whether it is sure.")
    choice = models.CharField(
        max_length=6, choices=Duplicates, null=True, help_text="For this row, instead of the import's."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "line", "column"], name="import_problem_is_said_once"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line} {self.reason}"
