"""Files of customers that somebody asked for: what is in them, why, who allowed it, who fetched them."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from crm.accounts.policy import Scope
from customers.jobs import Job


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Everybody's own, and those one may decide about. Nobody decides about their own."""
        if not user.may("export", "view"):
            return self.none()
        others = self._others_of(user)
        return self.filter(others) if action == "approve" else self.filter(Q(created_by=user) | others)

    @staticmethod
    def _others_of(user: User) -> Q:
        reach = user.scope("export", "approve")
        if reach is Scope.NONE:
            return Q(pk__in=[])
        if reach is Scope.ALL:
            return ~Q(created_by=user)
        colleagues = User.objects.filter(teams__in=user.team_tree_ids).exclude(pk=user.pk)
        return Q(created_by__in=colleagues)

    def stale(self) -> Self:
        return self.filter(status=ExportJob.Status.DONE, expires_at__lte=timezone.now())


class ExportJob(Job):
    """One file of customers, from the question to the moment it is removed again."""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("export", "Waiting for approval")
        REFUSED = "refused", pgettext_lazy("export", "Refused")
        QUEUED = "queued", pgettext_lazy("export", "Queued")
        RUNNING = "running", pgettext_lazy("export", "Being written")
        DONE = "done", pgettext_lazy("export", "Ready")
        FAILED = "failed", pgettext_lazy("export", "Failed")
        EXPIRED = "expired", pgettext_lazy("export", "Removed")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", _("Excel (XLSX)")

    class Columns(models.TextChoices):
        VIEW = "view", pgettext_lazy("export", "The columns of the list")
        ALL = "all", pgettext_lazy("export", "All fields, fit to be imported again")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    format = models.CharField(_("file"), max_length=4, choices=Format, default=Format.CSV)
    columns = models.CharField(_("columns"), max_length=4, choices=Columns, default=Columns.VIEW)
    in_clear = models.BooleanField(_("with full phone numbers and e-mail addresses"), default=False)
    reason = models.CharField(_("what for"), max_length=300, blank=True)
    total = models.BigIntegerField(_("customers"), default=0, help_text="Counted when it was asked for.")
    limit = models.BigIntegerField(default=0, help_text="More rows than this are never written.")
    rows = models.BigIntegerField(_("rows"), default=0)
    file = models.FileField(upload_to="exports/", max_length=255, blank=True)
    file_name = models.CharField(_("file"), max_length=150, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    bytes = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    language = models.CharField(
        max_length=10, blank=True, help_text="Of whoever asked; the titles are in it."
    )

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes: ClassVar = [
            models.Index(fields=["created_by", "-created_at", "-id"], name="export_of_a_colleague"),
            models.Index(fields=["-created_at", "-id"], name="export_newest_first"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="export_is_decided_by_somebody_else",
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("created_by")),
            ),
            models.CheckConstraint(
                name="export_in_clear_says_what_for", condition=Q(in_clear=False) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="export_keeps_to_its_limit", condition=Q(rows__lte=models.F("limit"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"

    @property
    def is_moving(self) -> bool:
        return self.status in (self.Status.QUEUED, self.Status.RUNNING)

    @property
    def is_ready(self) -> bool:
        ready = self.status == self.Status.DONE and bool(self.file)
        return ready and self.expires_at is not None and self.expires_at > timezone.now()
