"""Data quality: how good what we know of each customer is, and what customers correct themselves."""

from typing import Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer


class QualityQuerySet(models.QuerySet["Quality"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("quality", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Quality(models.Model):
    """How good one customer's data is, from 0 to 100. Derived every night by customers.quality.assessing."""

    # No foreign key in the database: the row is derived, and checking a million of them doubles the night.
    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="quality", db_constraint=False
    )
    score = models.PositiveSmallIntegerField(_("data quality"))
    completeness = models.PositiveSmallIntegerField(_("completeness"))
    accuracy = models.PositiveSmallIntegerField(_("accuracy"))
    timeliness = models.PositiveSmallIntegerField(_("timeliness"))
    problems = ArrayField(models.CharField(max_length=20), verbose_name=_("problems"), default=list)

    objects = QualityQuerySet.as_manager()

    class Meta:
        verbose_name = _("data quality")
        verbose_name_plural = _("data quality")
        indexes = [
            models.Index(fields=["score", "customer"], name="quality_worst_first"),
            GinIndex(fields=["problems"], name="quality_with_a_problem"),
        ]
        constraints = [
            models.CheckConstraint(
                name="quality_is_a_percentage",
                condition=Q(score__lte=100, completeness__lte=100, accuracy__lte=100, timeliness__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.score}"


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("quality", action) else self.none()

    def done(self) -> Self:
        return self.exclude(finished_at=None)

    def unheld(self) -> Self:
        """Waiting for a worker, or left by one that died."""
        return self.filter(finished_at=None).exclude(lease_until__gt=timezone.now())


class Assessment(models.Model):
    """One look at everybody's data, in chunks by customer number; a crash costs one chunk."""

    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    cursor = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    summary = models.JSONField(default=dict, help_text="What all scores add up to, so pages need not count.")

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(finished_at=None), name="assessment_is_made_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.finished_at is None


class RefreshQuerySet(models.QuerySet["Refresh"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("quality", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=Refresh.Status.OPEN)

    def over(self) -> Self:
        return self.open().filter(expires_at__lt=timezone.now())


class Refresh(models.Model):
    """We asked a customer to look over their own data, on a page of their own."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("refresh", "Waiting for the customer")
        ANSWERED = "answered", pgettext_lazy("refresh", "Answered")
        EXPIRED = "expired", pgettext_lazy("refresh", "Not answered")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="refreshes")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("until"))
    answered_at = models.DateTimeField(_("answered"), null=True)

    objects = RefreshQuerySet.as_manager()

    class Meta:
        verbose_name = _("refresh request")
        verbose_name_plural = _("refresh requests")
        indexes = [
            models.Index(fields=["expires_at"], name="refresh_running_out", condition=Q(status="open")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(status="open"), name="refresh_is_open_once_per_customer"
            ),
            models.CheckConstraint(
                name="refresh_answered_says_when", condition=~Q(status="answered") | ~Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("quality", action):
            return self.none()
        return self.filter(refresh__customer__in=Customer.objects.visible_to(user, "edit"))

    def waiting(self) -> Self:
        """To be decided by a colleague; what the customer has still to verify is not."""
        return self.filter(state=Proposal.State.WAITING)


class Proposal(models.Model):
    """A correction by the customer, kept apart from their data until it is accepted."""

    class State(models.TextChoices):
        UNVERIFIED = "unverified", pgettext_lazy("proposal", "Waits for the customer's confirmation")
        WAITING = "waiting", pgettext_lazy("proposal", "Waiting")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")

    refresh = models.ForeignKey(Refresh, on_delete=models.CASCADE, related_name="proposals")
    field = models.CharField(_("field"), max_length=20)
    value = models.CharField(_("new value"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    made_at = models.DateTimeField(_("proposed"), default=timezone.now)
    verified_at = models.DateTimeField(_("verified"), null=True)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [models.Index(fields=["id"], name="proposal_to_decide", condition=Q(state="waiting"))]
        constraints = [
            models.UniqueConstraint(fields=["refresh", "field"], name="proposal_is_made_once_per_field"),
            models.CheckConstraint(name="proposal_has_a_value", condition=~Q(value="")),
            models.CheckConstraint(
                name="proposal_of_an_address_is_verified",
                condition=~Q(field="email", state="accepted") | ~Q(verified_at=None),
            ),
            models.CheckConstraint(
                name="proposal_decided_says_when",
                condition=~Q(state__in=["accepted", "refused"]) | ~Q(decided_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} #{self.pk}"
