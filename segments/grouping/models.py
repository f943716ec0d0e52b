"""Natural groups: customers who buy alike, found by themselves; and customers like those of a segment."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer
from segments.leasing import Leased, LeasedQuerySet
from segments.models import Segment


class GroupingQuerySet(LeasedQuerySet["Grouping"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class Grouping(Leased):
    """One grouping of everybody. Readers see its groups when all customers are in one of them."""

    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    report = models.JSONField(default=dict, help_text="How well each number of groups set them apart.")
    seconds = models.FloatField(default=0)

    objects = GroupingQuerySet.as_manager()

    class Meta:
        verbose_name = _("grouping of customers")
        verbose_name_plural = _("groupings of customers")
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(status__in=["queued", "running"]),
                name="grouping_is_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M}"


class NaturalGroupQuerySet(models.QuerySet["NaturalGroup"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("score", action) else self.none()


class NaturalGroup(models.Model):
    """Customers who buy alike. It keeps its number as long as one of the next groups lies where it lay."""

    number = models.PositiveIntegerField(primary_key=True)
    centre = models.JSONField(default=dict, help_text="Where it lies: the mean of each feature.")
    profile = models.JSONField(default=list, help_text="In what its customers differ from all others.")
    customers = models.PositiveBigIntegerField(_("customers"), default=0)
    money = models.DecimalField(_("money"), max_digits=18, decimal_places=2, default=0)

    objects = NaturalGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("natural group")
        verbose_name_plural = _("natural groups")

    def __str__(self) -> str:
        return str(self.number)


class Belonging(models.Model):
    """Which natural group a customer is in. Customers without an order are in none."""

    access = "Read only through its customer."

    # No foreign keys in the database, as with scores: derived for everybody, and read through the customer.
    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="belonging", db_constraint=False
    )
    group = models.ForeignKey(
        NaturalGroup, on_delete=models.CASCADE, related_name="belongings", db_constraint=False
    )

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.group_id}"


class LookalikeQuerySet(LeasedQuerySet["Lookalike"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("segment", action) else self.none()


class Lookalike(Leased):
    """A search for customers like those of a segment; what it finds becomes a segment of its own."""

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="lookalikes")
    name = models.CharField(_("name of the new segment"), max_length=100)
    wanted = models.PositiveIntegerField(_("customers"), default=500)
    found = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.SET_NULL, related_name="found_by", editable=False
    )
    report = models.JSONField(default=dict, editable=False)

    objects = LookalikeQuerySet.as_manager()

    class Meta:
        verbose_name = _("search for similar customers")
        verbose_name_plural = _("searches for similar customers")

    def __str__(self) -> str:
        return self.name

    @property
    def problem(self) -> str:
        told: dict[str, Any] = self.report
        return str(told.get("problem", ""))
