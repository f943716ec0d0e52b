"""Ads audiences: whose hashed contacts go to which network, who agreed, and every file that was made."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.audiences.formats import NETWORKS
from crm.accounts.models import User
from customers.jobs import Job
from segments.models import Segment


class AudienceQuerySet(models.QuerySet["Audience"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Nobody decides about their own."""
        if not user.may("audience", action):
            return self.none()
        return self.exclude(created_by=user) if action == "approve" else self

    def due(self) -> Self:
        return self.filter(state=Audience.State.ON, next_at__lte=timezone.now())


class Audience(models.Model):
    """One segment for one network, once or again and again."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("audience", "Being looked at")
        WAITING = "waiting", pgettext_lazy("audience", "Waiting for approval")
        REFUSED = "refused", pgettext_lazy("audience", "Refused")
        ON = "on", pgettext_lazy("audience", "Approved")
        ENDED = "ended", pgettext_lazy("audience", "Ended")

    class Refresh(models.TextChoices):
        ONCE = "", pgettext_lazy("refresh", "Once")
        DAILY = "daily", pgettext_lazy("refresh", "Every day")
        WEEKLY = "weekly", pgettext_lazy("refresh", "Every week")

    name = models.CharField(_("name"), max_length=100)
    segment = models.ForeignKey(
        Segment, verbose_name=_("segment"), on_delete=models.PROTECT, related_name="audiences"
    )
    network = models.CharField(_("network"), max_length=20)
    refresh = models.CharField(
        _("made anew"), max_length=6, choices=Refresh, blank=True, default=Refresh.ONCE
    )
    reason = models.CharField(_("what for"), max_length=300)
    state = models.CharField(_("status"), max_length=7, choices=State, default=State.DRAFT)
    limit = models.BigIntegerField(_("at most"), default=0)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    next_at = models.DateTimeField(_("next file"), null=True)

    objects = AudienceQuerySet.as_manager()

    class Meta:
        verbose_name = _("ads audience")
        verbose_name_plural = _("ads audiences")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="audience_is_decided_by_somebody_else",
                condition=Q(decided_by=None) | ~Q(decided_by=F("created_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def network_label(self) -> str:
        return str(NETWORKS[self.network].label)


class AudienceRunQuerySet(models.QuerySet["AudienceRun"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(audience__in=Audience.objects.visible_to(user, action))

    def stale(self) -> Self:
        return self.filter(status=AudienceRun.Status.DONE, expires_at__lte=timezone.now())


class AudienceRun(Job):
    """One time the members were gone through: only counted, or written into a file as well."""

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("export", "Queued")
        RUNNING = "running", pgettext_lazy("export", "Being written")
        DONE = "done", pgettext_lazy("export", "Ready")
        FAILED = "failed", pgettext_lazy("export", "Failed")
        EXPIRED = "expired", pgettext_lazy("export", "Removed")

    MOVING = (Status.QUEUED, Status.RUNNING)

    audience = models.ForeignKey(
        Audience, verbose_name=_("ads audience"), on_delete=models.CASCADE, related_name="runs"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    writes = models.BooleanField(_("writes a file"), default=False)
    members = models.BigIntegerField(_("members"), default=0)
    identified = models.BigIntegerField(default=0)
    consented = models.BigIntegerField(_("allow it"), default=0)
    exported = models.BigIntegerField(_("rows"), default=0)
    added = models.BigIntegerField(null=True, help_text="Since the file before; null: there was none.")
    removed = models.BigIntegerField(null=True)
    folder = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(_("removed at"), null=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)

    objects = AudienceRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of an ads audience")
        verbose_name_plural = _("files of ads audiences")
        indexes: ClassVar = [
            models.Index(fields=["audience", "-created_at", "-id"], name="run_of_an_audience")
        ]

    def __str__(self) -> str:
        return f"{self.audience_id}/{self.pk}"

    @property
    def is_moving(self) -> bool:
        return self.status in self.MOVING

    @property
    def is_ready(self) -> bool:
        ready = self.status == self.Status.DONE and bool(self.folder)
        return ready and self.expires_at is not None and self.expires_at > timezone.now()
