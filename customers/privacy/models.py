"""Privacy: what people asked about their data, who was erased, and how long data is kept."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class Law(models.TextChoices):
    PIPL = "pipl", _("PIPL (China)")
    GDPR = "gdpr", _("GDPR (Europe)")


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("privacy", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=SubjectRequest.Status.OPEN)

    def overdue(self) -> Self:
        return self.open().filter(due_on__lt=timezone.localdate())


class SubjectRequest(models.Model):
    """What somebody asked us to do with their data, until when the law wants an answer, and the answer."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("Access: what do you hold about me?")
        PORTABILITY = "export", _("Copy: give me my data")
        CORRECTION = "correct", _("Correction: something is wrong")
        ERASURE = "erasure", _("Erasure: delete my data")
        RESTRICTION = "restrict", _("Restriction: stop using my data")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("request", "Open")
        DONE = "done", pgettext_lazy("request", "Done")
        REFUSED = "refused", pgettext_lazy("request", "Refused")

    class Way(models.TextChoices):
        EMAIL = "email", _("By e-mail")
        PHONE = "phone", _("By phone")
        LETTER = "letter", _("By letter")
        PERSON = "person", _("In person")
        ONLINE = "online", _("On our website")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="subject_requests")
    kind = models.CharField(_("asks for"), max_length=8, choices=Kind)
    law = models.CharField(_("under"), max_length=4, choices=Law)
    way = models.CharField(_("asked"), max_length=6, choices=Way, default=Way.EMAIL)
    note = models.TextField(_("what exactly"), max_length=2000, blank=True)
    proof = models.CharField(_("how we know who asks"), max_length=300)
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.OPEN)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    due_on = models.DateField(_("due"))
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    handled_by = models.ForeignKey(
        User, verbose_name=_("handled by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("answered"), null=True)
    answer = models.TextField(_("our answer"), max_length=2000, blank=True)
    copied_at = models.DateTimeField(_("copy made"), null=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about data")
        verbose_name_plural = _("requests about data")
        indexes = [
            models.Index(fields=["due_on", "id"], name="subject_request_due", condition=Q(status="open")),
            models.Index(fields=["-received_at", "-id"], name="subject_request_newest_first"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind"], condition=Q(status="open"), name="subject_request_is_open_once"
            ),
            models.CheckConstraint(
                name="subject_request_closed_says_when",
                condition=Q(status="open", closed_at=None) | ~Q(status="open") & ~Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="subject_request_refused_says_why", condition=~Q(status="refused") | ~Q(answer="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < timezone.localdate()

    @property
    def days_left(self) -> int:
        return (self.due_on - timezone.localdate()).days


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("privacy", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def waiting(self) -> Self:
        """Asked for, not yet decided."""
        return self.filter(done_at=None, cancelled_at=None)

    def unfinished(self) -> Self:
        """Done in the database; files or the journal are still to follow."""
        return self.exclude(done_at=None).filter(finished_at=None)


class Erasure(models.Model):
    """One customer made anonymous for good. The row names nobody: it is what proves that it was done."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="erasures")
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    approved_by = models.ForeignKey(
        User, verbose_name=_("approved by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    why = models.CharField(_("reason"), max_length=10)
    cancelled_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("erased"), null=True)
    finished_at = models.DateTimeField(null=True)
    mark = models.CharField(
        max_length=64, blank=True, help_text="Keyed hash by which the journal knows the customer again."
    )
    leftovers = models.JSONField(default=list, help_text="Stored files that are still to be deleted.")
    tallies = models.JSONField(
        _("rows"), default=dict, help_text=_("How many rows of each table were treated.")
    )

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(done_at=None, cancelled_at=None),
                name="erasure_waits_once_per_customer",
            ),
            models.CheckConstraint(
                name="erasure_is_approved_by_somebody_else",
                condition=Q(approved_by=None) | Q(asked_by=None) | ~Q(approved_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="erasure_done_is_marked", condition=Q(done_at=None) | ~Q(mark="") & Q(cancelled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.customer_id}"


class Protection(models.Model):
    """What privacy law made of a customer: restricted, or erased. No row means neither."""

    access = "Read only through its customer."

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="protection"
    )
    restricted_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="protection_protects", condition=~Q(restricted_at=None, erased_at=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class RetentionRuleQuerySet(models.QuerySet["RetentionRule"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("retention", action) else self.none()


class RetentionRule(models.Model):
    """For how many days one kind of data is kept. Without a row, or switched off, it is kept for good."""

    kind = models.CharField(_("kind of data"), max_length=40, unique=True)
    days = models.PositiveIntegerField(_("days"))
    is_on = models.BooleanField(_("switched on"), default=False)
    changed_by = models.ForeignKey(
        User, verbose_name=_("changed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = RetentionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        constraints = [
            models.CheckConstraint(name="retention_keeps_a_day_at_least", condition=Q(days__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"


class RetentionRunQuerySet(models.QuerySet["RetentionRun"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("retention", action) else self.none()


class RetentionRun(models.Model):
    """One night's work of the rules."""

    day = models.DateField(_("night of"), unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    lease_until = models.DateTimeField(null=True)
    counts = models.JSONField(_("rows"), default=dict, help_text=_("How many rows went, by kind."))

    objects = RetentionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention run")
        verbose_name_plural = _("retention runs")

    def __str__(self) -> str:
        return str(self.day)
