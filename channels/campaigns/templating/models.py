"""Message templates, their versions, and whether the company demands that somebody approves them."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User


class TemplateQuerySet(models.QuerySet["Template"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("template", action) else self.none()

    def in_use(self) -> Self:
        return self.filter(archived_at=None)


class Template(models.Model):
    """A message to be sent again and again. `design` is what is being worked on, versions were kept."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        WHATSAPP = "whatsapp", _("WhatsApp")
        WECHAT = "wechat", _("WeChat")

    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("channel"), max_length=10, choices=Kind, default=Kind.EMAIL)
    design = models.JSONField(editable=False)
    # Counts changes, so that two who draw at once do not overwrite each other.
    revision = models.PositiveIntegerField(default=0, editable=False)
    # The keys of all who changed it since the last version.
    writers = ArrayField(models.BigIntegerField(), default=list, editable=False)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("message", "template")
        verbose_name_plural = pgettext_lazy("message", "templates")
        indexes = [models.Index(fields=["-changed_at", "-id"], name="template_latest_first")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("templating:detail", args=[self.pk])

    @property
    def is_mail(self) -> bool:
        return self.kind == self.Kind.EMAIL


class TemplateVersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(template__in=Template.objects.visible_to(user, action))

    def submitted(self) -> Self:
        return self.filter(state=Version.State.SUBMITTED)


class Version(models.Model):
    """What a template said when somebody saved it. Its design never changes: messages under way read it."""

    class State(models.TextChoices):
        SAVED = "saved", pgettext_lazy("template", "Saved")
        SUBMITTED = "submitted", pgettext_lazy("template", "Waits for approval")
        APPROVED = "approved", pgettext_lazy("template", "Approved")
        REJECTED = "rejected", pgettext_lazy("template", "Rejected")

    template = models.ForeignKey(
        Template,
        verbose_name=pgettext_lazy("message", "template"),
        on_delete=models.PROTECT,
        related_name="versions",
        db_index=False,
        editable=False,
    )
    number = models.PositiveIntegerField(_("version"), editable=False)
    design = models.JSONField(editable=False)
    note = models.CharField(_("what is new"), max_length=200, blank=True)
    state = models.CharField(_("status"), max_length=9, choices=State, default=State.SAVED)
    saved_by = models.ForeignKey(
        User, verbose_name=_("saved by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    saved_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)
    writers = ArrayField(models.BigIntegerField(), default=list, editable=False)
    decided_by = models.ForeignKey(
        User,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    remark = models.CharField(_("remark"), max_length=500, blank=True, editable=False)

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("template", "version")
        verbose_name_plural = pgettext_lazy("template", "versions")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_is_numbered_once"),
            models.CheckConstraint(
                name="template_version_decided_says_when_and_by_whom",
                condition=~Q(state__in=["approved", "rejected"])
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id}: {self.number}"

    @property
    def title(self) -> str:
        """As one knows it."""
        names = {"name": self.template.name, "number": self.number}
        return gettext("%(name)s · version %(number)d") % names


class Picture(models.Model):
    """A picture in a template. Everybody who has its address may see it: it goes out in mails."""

    access = "Public by the name of its content; added through its template only."

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    digest = models.CharField("SHA-256", max_length=64, db_index=True)
    name = models.CharField(pgettext_lazy("file", "name"), max_length=160)
    media_type = models.CharField(_("type"), max_length=20)
    size = models.PositiveIntegerField(_("size"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "digest"], name="template_keeps_a_picture_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Setting(models.Model):
    """Whether only approved templates may go out. Without a row they need not be."""

    access = "A switch of the company's, shown to whoever sees templates."

    needs_approval = models.BooleanField(_("only approved templates may go out"), default=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(name="templating_setting_is_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return "approval" if self.needs_approval else "free"
