"""Figures that were counted, so that pages need not count."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User

# What everybody who sees all customers shares.
EVERYBODY = ""
# Counting may take a sixtieth of the time, so what takes longer is counted less often, but hourly at most.
OFTENEST = timedelta(hours=1)
SHARE = 60
# Nobody reads figures of a reach that was not asked for in so long.
KEPT = timedelta(days=14)


class FiguresQuerySet(models.QuerySet["Figures"]):
    def unheld(self) -> Self:
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))

    def due(self) -> Self:
        """Never counted, asked for since, or everybody's and old."""
        now = timezone.now()
        old = Q(reach=EVERYBODY, due_at__lt=now)
        asked = Q(counted_at=None) | Q(asked_at__gt=F("counted_at"))
        return self.unheld().filter(asked | old).order_by(F("counted_at").asc(nulls_first=True), "pk")


class Figures(models.Model):
    """The figures of one page, for everybody or for the customers that one colleague may see."""

    access = "Sums and counts only. Read by crm.desk.insights.counting, by the reach of the reader."

    page = models.CharField(max_length=20)
    reach = models.CharField(max_length=400, blank=True, default=EVERYBODY)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    counted_at = models.DateTimeField(_("counted"), null=True)
    due_at = models.DateTimeField(null=True)
    took = models.PositiveIntegerField(default=0, help_text="Milliseconds.")
    asked_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    error = models.CharField(_("error"), max_length=100, blank=True)

    objects = FiguresQuerySet.as_manager()

    class Meta:
        verbose_name = _("counted figures")
        verbose_name_plural = _("counted figures")
        constraints = [
            models.UniqueConstraint(fields=["page", "reach"], name="figures_are_counted_once_for_a_reach"),
            models.CheckConstraint(
                name="figures_are_everybodys_or_of_a_user",
                condition=Q(reach=EVERYBODY, user=None) | ~Q(reach=EVERYBODY) & Q(user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.reach}".strip()
