"""Where customers stood at the beginning of each month, and each time that one of them moved."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer
from segments.scoring.models import Group, ScoringRun, Stage


class Kind(models.TextChoices):
    """What customers move between."""

    STAGE = "stage", pgettext_lazy("movement", "Stages")
    GROUP = "group", pgettext_lazy("movement", "Groups")


class MonthQuerySet(models.QuerySet["Month"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()

    def taken(self) -> Self:
        return self.filter(taken_at__isnull=False)

    def pending(self) -> Self:
        return self.filter(taken_at=None)


class Month(models.Model):
    """A month whose beginning is kept, or is still to be added up from the orders."""

    month = models.DateField(_("month"), unique=True)
    as_of = models.DateTimeField(_("as of"))
    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    flows = models.JSONField(null=True, help_text="Who moved since the month before, as counts.")
    taken_at = models.DateTimeField(_("kept since"), null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = MonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("month of the base")
        verbose_name_plural = _("months of the base")
        constraints = [
            models.CheckConstraint(name="month_is_its_first_day", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("score", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Snapshot(models.Model):
    """Where one customer stood at the beginning of one month. Read together with its customer only.

    Keyed by month first, so that the table can be cut into months, and without a foreign key, as scores are.
    """

    pk = models.CompositePrimaryKey("month", "customer_id")
    month = models.DateField(_("month"))
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    group = models.CharField(_("group"), max_length=12, choices=Group)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    scores = models.PositiveSmallIntegerField(_("scores"), help_text="Such as 545.")
    total = models.DecimalField(_("total spent"), max_digits=16, decimal_places=2)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of a month")
        verbose_name_plural = _("states of months")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.stage}"


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("score", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Change(models.Model):
    """A customer moved from one stage or group to another."""

    class Cause(models.TextChoices):
        ORDER = "order", pgettext_lazy("movement", "After an order")
        TIME = "time", pgettext_lazy("movement", "Without a new order")
        RULES = "rules", pgettext_lazy("movement", "The scoring rules changed")

    pk = models.CompositePrimaryKey("customer_id", "kind", "at")
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    at = models.DateTimeField(_("at"), default=timezone.now)
    before = models.CharField(_("from"), max_length=12, blank=True)
    after = models.CharField(_("to"), max_length=12)
    cause = models.CharField(_("cause"), max_length=5, choices=Cause)
    scores_before = models.PositiveSmallIntegerField(null=True)
    scores_after = models.PositiveSmallIntegerField()
    total = models.DecimalField(_("total spent"), max_digits=16, decimal_places=2)
    # The scoring that found it, by whose rules it is explained.
    run = models.ForeignKey(
        ScoringRun,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        indexes = [models.Index(fields=["kind", "after", "at"], name="move_by_goal")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class DigestQuerySet(models.QuerySet["Digest"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class Digest(models.Model):
    """What a scoring changed, added up once, so that pages need not."""

    run = models.OneToOneField(ScoringRun, on_delete=models.CASCADE, related_name="+", primary_key=True)
    alerts = models.JSONField(default=list)
    flows = models.JSONField(default=dict, help_text="Who moved since the newest month began, as counts.")
    made_at = models.DateTimeField(default=timezone.now)

    objects = DigestQuerySet.as_manager()

    class Meta:
        verbose_name = _("digest of a scoring")
        verbose_name_plural = _("digests of scorings")

    def __str__(self) -> str:
        return str(self.run_id)


class WatchQuerySet(models.QuerySet["Watch"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class Watch(models.Model):
    """From how many customers, or how much money, a move is worth an alert. The newest row counts."""

    customers = models.PositiveIntegerField(_("customers"), default=5)
    money = models.DecimalField(_("money"), max_digits=14, decimal_places=2, default=0)
    set_by = models.ForeignKey(
        User, verbose_name=_("set by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(_("set at"), default=timezone.now)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert threshold")
        verbose_name_plural = _("alert thresholds")

    def __str__(self) -> str:
        return f"{self.customers} / {self.money}"
