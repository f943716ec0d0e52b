"""Merges: who became part of whom, what moved along, and how to take it back."""

from collections.abc import Iterator
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer


class MergeQuerySet(models.QuerySet["Merge"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """The merges into customers whom `user` may see."""
        return self.filter(survivor__in=Customer.objects.visible_to(user, action))

    def standing(self) -> Self:
        return self.filter(undone_at=None)


class Merge(models.Model):
    """One customer became part of another. Joining several at once is several rows with one `batch`."""

    class Cause(models.TextChoices):
        PERSON = "person", _("A colleague")
        RULE = "rule", _("Joined by itself")
        IMPORT = "import", _("Import")
        API = "api", _("API")

    survivor = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="absorptions")
    batch = models.UUIDField(_("joined together"))
    cause = models.CharField(_("cause"), max_length=6, choices=Cause, default=Cause.PERSON)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)
    bits = models.FloatField(_("score"), null=True)
    gate = models.CharField(max_length=20, blank=True)
    weights = models.ForeignKey("matching.Weights", null=True, on_delete=models.SET_NULL, related_name="+")
    # Columns of the survivor that the merge changed, as they were before and after.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # The newest row of each table at that moment: what is newer came later.
    marks = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at=None), name="merge_absorbs_a_customer_once"
            ),
            models.CheckConstraint(name="merge_is_of_two", condition=~Q(survivor=F("absorbed"))),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} > {self.survivor_id}"


class Move(models.Model):
    """Rows of one table that a merge handed from the absorbed customer to the survivor."""

    access = "Part of a merge; read with it."

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moves")
    table = models.CharField(max_length=80)
    column = models.CharField(max_length=80)
    # Empty for what a rule did beside moving rows.
    pks = ArrayField(models.BigIntegerField(), default=list)
    # Rows that had to stay behind, or what a rule needs in order to put back what it did.
    rows = models.JSONField(default=list)
    # Of an undone merge: rows that could not go home yet, because something like them is there.
    left = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("moved rows")
        verbose_name_plural = _("moved rows")
        # Nearly always empty; every undo asks.
        indexes = [models.Index(fields=["merge"], name="move_waits", condition=~Q(left=[]))]

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


class Apart(models.Model):
    """Somebody said that these two are not the same: nothing joins them by itself."""

    access = "Read by matching and merging; shown with the pair to those who may see both."

    one = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("not the same")
        verbose_name_plural = _("not the same")
        constraints = [
            models.UniqueConstraint(
                Least("one", "other"), Greatest("one", "other"), name="apart_is_said_once"
            ),
            models.CheckConstraint(name="apart_is_of_two", condition=~Q(one=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} # {self.other_id}"

    @classmethod
    def pairs(cls) -> Iterator[tuple[int, int]]:
        return cls.objects.values_list("one_id", "other_id").iterator()
