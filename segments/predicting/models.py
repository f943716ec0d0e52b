"""Predictions: what each customer will be worth, whether they lapse, how much they have to do with us."""

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


class PredictionRunQuerySet(LeasedQuerySet["PredictionRun"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class PredictionRun(Leased):
    """One prediction for everybody. Readers see it only when it is published as a whole."""

    lease = timedelta(minutes=5)

    class Step(models.TextChoices):
        READING = "reading", pgettext_lazy("predicting", "Reading what everybody bought")
        FITTING = "fitting", pgettext_lazy("predicting", "Fitting the models and checking them")
        PREDICTING = "predicting", pgettext_lazy("predicting", "Working out every customer")
        PUBLISHING = "publishing", pgettext_lazy("predicting", "Publishing the predictions")

    step = models.CharField(_("step"), max_length=10, choices=Step, blank=True)
    fits = models.BooleanField(default=True, help_text="Whether the models are fitted anew.")
    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    took = models.JSONField(default=dict, help_text="Seconds per step.")
    summary = models.JSONField(default=dict, help_text="Sums over everybody, so that pages need not count.")

    objects = PredictionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction run")
        verbose_name_plural = _("prediction runs")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(status__in=["queued", "running"]),
                name="prediction_runs_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"


class ModelQuerySet(models.QuerySet["Model"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()

    def published(self) -> Self:
        return self.filter(status=Model.Status.PUBLISHED).order_by("-pk")

    def refused(self) -> Self:
        return self.filter(status=Model.Status.REFUSED).order_by("-pk")


class Model(models.Model):
    """One fit: its parameters, what it learned from, how it did on what it had not seen. Never changed."""

    class Kind(models.TextChoices):
        VALUE = "value", pgettext_lazy("prediction", "Value")
        LAPSE = "lapse", pgettext_lazy("prediction", "Lapse")

    class Method(models.TextChoices):
        BGNBD = "bgnbd", _("BG/NBD and Gamma-Gamma")
        LOGISTIC = "logistic", _("Logistic regression")
        RECENCY = "recency", _("Days since the last order")
        RULE = "rule", _("Rule of thumb")

    class Status(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("fit", "Published")
        REFUSED = "refused", pgettext_lazy("fit", "Refused")

    class Why(models.TextChoices):
        """Why a fit was refused, or a rule put in its place."""

        WORSE = "worse", _("It did worse than the published one on what neither had to know.")
        BASELINE = "baseline", _("A simple forecast did better.")
        UNSOUND = "unsound", _("The search found no stable parameters.")
        FEW = "few", _("There are too few customers who bought again, or the history is too short.")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    method = models.CharField(_("method"), max_length=10, choices=Method)
    params = models.JSONField(default=dict)
    fitted_on = models.JSONField(default=dict, help_text="How much data, from when to when.")
    holdout = models.JSONField(default=dict, help_text="Errors on what came later, beside simple forecasts.")
    status = models.CharField(_("status"), max_length=10, choices=Status)
    why = models.CharField(_("why"), max_length=10, choices=Why, blank=True)
    fitted_at = models.DateTimeField(_("fitted"), default=timezone.now)

    objects = ModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        indexes = [models.Index(fields=["kind", "status", "-id"], name="model_newest_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class PredictionQuerySet(models.QuerySet["Prediction"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("score", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Prediction(models.Model):
    """Of one customer. Who never bought has an engagement only; who has neither has no row."""

    # No foreign key in the database, as with scores: a million checks a night would double the work.
    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="prediction", db_constraint=False
    )
    lapse_risk = models.PositiveSmallIntegerField(_("risk of leaving"), null=True, help_text="Percent.")
    expected_orders = models.DecimalField(_("expected orders"), max_digits=8, decimal_places=2, null=True)
    per_order = models.DecimalField(_("expected per order"), max_digits=14, decimal_places=2, null=True)
    value = models.DecimalField(_("value of 12 months"), max_digits=16, decimal_places=2, null=True)
    value_low = models.DecimalField(_("at least"), max_digits=16, decimal_places=2, null=True)
    value_high = models.DecimalField(_("at most"), max_digits=16, decimal_places=2, null=True)
    spent = models.DecimalField(_("spent in 12 months"), max_digits=16, decimal_places=2, null=True)
    potential = models.DecimalField(_("potential"), max_digits=16, decimal_places=2, null=True)
    recent = models.PositiveIntegerField(_("orders in 13 weeks"), null=True)
    engagement = models.PositiveSmallIntegerField(_("engagement"), default=0)
    reasons = models.CharField(max_length=6, blank=True, help_text="Letters, see segments.predicting.lapse.")

    objects = PredictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        indexes = [
            models.Index(fields=["value", "customer"], name="prediction_by_value", condition=~Q(value=None)),
        ]
        constraints = [
            models.CheckConstraint(name="prediction_risk_is_percent", condition=Q(lapse_risk__lte=100)),
            models.CheckConstraint(name="prediction_engagement_is_percent", condition=Q(engagement__lte=100)),
            models.CheckConstraint(
                name="prediction_interval_has_two_ends",
                condition=Q(value_low=None, value_high=None) | Q(value_low__lte=models.F("value_high")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.value}"
