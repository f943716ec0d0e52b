"""Segments: groups of customers described by a rule, and who is in them."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer

# The fact by which a rule asks who was put in by hand.
PICKED = "segment.picked"
# The fact by which a rule asks who is in another segment.
MEMBER = "segment.member"
# The error of a rule that can no longer be asked.
INVALID = "rule"


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("segment", action) else self.none()

    def picked(self) -> Self:
        """Those whose members are put in by hand."""
        return self.filter(rule__rules__contains=[{"fact": PICKED}])

    def stale(self, *, before: datetime) -> Self:
        """Never counted, counted by an older rule, asked for since, or counted before this moment."""
        older = (Q(refreshed_at__lt=moment) for moment in (F("updated_at"), F("asked_at"), before))
        return self.filter(Q(refreshed_at=None) | reduce(or_, older))

    def unheld(self) -> Self:
        """Nobody is counting it now, or whoever did has died."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=timezone.now()))


class Segment(models.Model):
    """A group of customers that share what the rule says. The rule is kept as the tree the builder shows."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rule = models.JSONField(_("rule"), default=dict)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    size = models.PositiveBigIntegerField(_("customers"), null=True, editable=False)
    refreshed_at = models.DateTimeField(_("counted"), null=True, editable=False)
    summary = models.JSONField(
        default=dict, editable=False, help_text="What the members add up to, so that pages need not count."
    )
    overlap = models.JSONField(
        default=dict, editable=False, help_text="Which segments share the most customers with it, and when."
    )
    asked_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When somebody, or a segment it builds on, asked for a count.",
    )
    copies = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Whose members are still to be put into it by hand.",
    )
    error = models.CharField(_("error"), max_length=300, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ("name",)
        constraints = [models.CheckConstraint(name="segment_has_a_name", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_being_counted(self) -> bool:
        """Whether the stored members are those of an older rule, or none were found yet."""
        if self.error or self.refreshed_at is None:
            return not self.error
        return self.refreshed_at < max(self.updated_at, self.asked_at or self.updated_at)

    @property
    def is_static(self) -> bool:
        """Whether its members are exactly those who were put in."""
        asked = self.rule.get("rules", [])
        return [one.get("fact") for one in asked] == [PICKED]


class Membership(models.Model):
    """Who is in a segment, since when. Written by the nightly refresh and when a segment is saved."""

    access = "Read only through its segment and customer."

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    # No foreign key in the database: checking it for every row doubles the time of a large refresh, and
    # members are always read through their customer.
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="memberships", db_constraint=False
    )
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "customer"], name="membership_is_once_per_segment"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.customer_id}"


class Pick(models.Model):
    """A customer put into a segment by hand; the segment's rule asks about it like about any fact."""

    access = "Read only through its segment and customer."

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="picks", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="picks")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    # Which bulk change did it, so that undoing takes out what it put in and nothing else.
    job = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "customer"], name="customer_is_picked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.customer_id}"


class CrossingQuerySet(models.QuerySet["Crossing"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("segment", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def entries(self) -> Self:
        return self.filter(left_at=None)

    def exits(self) -> Self:
        return self.exclude(left_at=None)


class Crossing(models.Model):
    """Somebody entered a segment, or left it: then it says since when they were in.

    Whoever is found by the first count was there before anybody looked, and does not enter. Numbers only
    grow, so what follows segments reads on from the last it knows (segments.history).
    """

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="crossings", db_index=False)
    # As in Membership.
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="crossings", db_constraint=False
    )
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True)

    objects = CrossingQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry or exit")
        verbose_name_plural = _("entries and exits")
        indexes = [
            models.Index(
                fields=["segment", "entered_at", "id"], name="crossing_entered", condition=Q(left_at=None)
            ),
            models.Index(
                fields=["segment", "left_at", "id"], name="crossing_left", condition=~Q(left_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="crossing_enters_before_it_leaves",
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.customer_id}"


class DayOfSegment(models.Model):
    """What a segment was at the last count of a day, and who came and went that day."""

    access = "Holds no customer data; read only through its segment."

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    size = models.PositiveBigIntegerField()
    money = models.DecimalField(max_digits=20, decimal_places=2, default=0)
    entered = models.PositiveBigIntegerField(default=0)
    left = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("day",)
        constraints = [
            models.UniqueConstraint(fields=["segment", "day"], name="day_of_segment_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.day}"


class Followed(models.Model):
    """How far the tables have been read for customers who changed. One row."""

    access = "Holds numbers only; read by segments.following."

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    marks = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="followed_is_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.at)
