"""Scores: how recently, how often and for how much each customer bought, and what group that makes them."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer
from segments.leasing import Leased, LeasedQuerySet


class Group(models.TextChoices):
    """The named groups: a partition of the 25 cells of recency × the mean of frequency and money."""

    CHAMPION = "champion", _("Champions")
    LOYAL = "loyal", pgettext_lazy("rfm group", "Loyal")
    POTENTIAL = "potential", _("Potential loyalists")
    NEW = "new", _("New customers")
    PROMISING = "promising", _("Promising")
    ATTENTION = "attention", _("Need attention")
    SLEEPING = "sleeping", _("About to sleep")
    RISK = "risk", _("At risk")
    CANNOT_LOSE = "cannot_lose", _("Cannot lose")
    HIBERNATING = "hibernating", _("Hibernating")
    LOST = "lost", pgettext_lazy("rfm group", "Lost")


class Stage(models.TextChoices):
    """Where a customer stands in their life with us."""

    PROSPECT = "prospect", _("Prospect")
    NEW = "new", pgettext_lazy("lifecycle", "New")
    ACTIVE = "active", pgettext_lazy("lifecycle", "Active")
    LOYAL = "loyal", pgettext_lazy("lifecycle", "Loyal")
    WON_BACK = "won_back", pgettext_lazy("lifecycle", "Won back")
    RISK = "risk", pgettext_lazy("lifecycle", "At risk")
    DORMANT = "dormant", _("Dormant")
    LOST = "lost", pgettext_lazy("lifecycle", "Lost")


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class Policy(models.Model):
    """One version of the rules by which everybody is scored. The newest is in force; none is ever changed."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    rules = models.JSONField(_("rules"), default=dict)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        User, verbose_name=_("made by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("scoring rules")
        verbose_name_plural = _("scoring rules")

    def __str__(self) -> str:
        return str(self.number)


class TrialQuerySet(models.QuerySet["Trial"]):
    def visible_to(self, user: User, action: str = "configure") -> Self:
        return self if user.may("score", action) else self.none()

    def unfinished(self) -> Self:
        return self.filter(finished_at=None)

    def unheld(self) -> Self:
        """Waiting for a worker, or left by one that died."""
        return self.unfinished().filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))


class Trial(models.Model):
    """What rules would do to everybody if they were saved. Changes no score."""

    rules = models.JSONField(_("rules"), default=dict)
    result = models.JSONField(default=dict, help_text="Who would move from where to where, as counts.")
    progress = models.PositiveSmallIntegerField(default=0, help_text="0 to 100.")
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=100, blank=True)

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial of scoring rules")
        verbose_name_plural = _("trials of scoring rules")

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class ScoringRunQuerySet(LeasedQuerySet["ScoringRun"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class ScoringRun(Leased):
    """One scoring of everybody. Readers see the scores of a run only when it is published as a whole."""

    lease = timedelta(minutes=2)

    class Step(models.TextChoices):
        CUTOFFS = "cutoffs", pgettext_lazy("scoring", "Finding the cut-offs")
        SCORES = "scores", pgettext_lazy("scoring", "Scoring every customer")
        PUBLISHING = "publishing", pgettext_lazy("scoring", "Publishing what changed")

    step = models.CharField(_("step"), max_length=40, choices=Step, blank=True)
    cutoffs = models.JSONField(
        default=dict, help_text="The values that separate the five scores of each dimension."
    )
    params = models.JSONField(
        default=dict, help_text="The rules it followed, and the purchase cycles that it found."
    )
    policy = models.ForeignKey(
        Policy,
        verbose_name=_("scoring rules"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    summary = models.JSONField(
        default=dict, help_text="Customers and money per cell, group and stage, so that pages need not count."
    )
    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    moved = models.PositiveBigIntegerField(
        _("moved"), default=0, help_text=_("Customers whose group changed.")
    )

    objects = ScoringRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("scoring run")
        verbose_name_plural = _("scoring runs")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(status__in=["queued", "running"]),
                name="scoring_runs_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("score", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Score(models.Model):
    """A customer's scores from 1 (lowest) to 5. Customers without a purchase have none."""

    # No foreign key in the database: checking it for every row doubled the time of scoring a million. Scores
    # are derived and read through their customer, so that of a customer who is gone is out of sight until the
    # next run removes it.
    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="score", db_constraint=False
    )
    recency = models.PositiveSmallIntegerField(_("recency"))
    frequency = models.PositiveSmallIntegerField(_("frequency"))
    monetary = models.PositiveSmallIntegerField(_("money"))
    group = models.CharField(_("group"), max_length=12, choices=Group)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    since = models.DateTimeField(_("in this group since"), default=timezone.now)
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now)
    # Empty for who was scored for the first time, or moved because the rules changed.
    previous_group = models.CharField(_("group before"), max_length=12, choices=Group, blank=True)
    previous_stage = models.CharField(_("stage before"), max_length=10, choices=Stage, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        indexes = [
            models.Index(fields=["recency", "frequency"], name="score_by_cell"),
            models.Index(fields=["group"], name="score_by_group"),
        ]
        constraints = [
            models.CheckConstraint(
                name="score_is_one_to_five",
                condition=Q(recency__range=(1, 5), frequency__range=(1, 5), monetary__range=(1, 5)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"
