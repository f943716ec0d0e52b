"""Journeys: what happens to customers over time, who is under way where, and what happened to each."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.direct.models import DirectMessage
from crm.accounts.models import User
from customers.models import Customer
from segments.models import Segment


class JourneyQuerySet(models.QuerySet["Journey"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("journey", action) else self.none()

    def on(self) -> Self:
        return self.filter(status=Journey.Status.ON)


def empty_design() -> dict[str, Any]:
    return {"trigger": {"kind": "registered"}, "again": False, "goal": "", "nodes": [], "last": 0}


class Journey(models.Model):
    """A plan of steps. `design` is the sheet people draw on; customers walk through a version of it."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("journey", "Draft")
        ON = "on", pgettext_lazy("journey", "On")
        PAUSED = "paused", pgettext_lazy("journey", "Paused")
        ENDED = "ended", pgettext_lazy("journey", "Ended")

    name = models.CharField(_("name"), max_length=100)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    design = models.JSONField(default=empty_design, editable=False)
    version = models.ForeignKey(
        "Version", null=True, editable=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    switched_on_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    switched_on_at = models.DateTimeField(_("switched on"), null=True, editable=False)

    objects = JourneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("journey")
        verbose_name_plural = _("journeys")
        indexes = [models.Index(fields=["-created_at", "-id"], name="journey_newest_first")]
        constraints = [
            models.CheckConstraint(
                name="journey_that_left_draft_has_a_version",
                condition=Q(status="draft") | Q(version__isnull=False) & Q(switched_on_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_changed(self) -> bool:
        """Whether the sheet differs from what newcomers walk through."""
        return self.version is not None and self.version.design != self.design


class Version(models.Model):
    """A design as it was switched on. Never changed: whoever is under way stays on it."""

    access = "Read only through its journey."

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    design = models.JSONField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "number"], name="journey_version_has_its_number")
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.number}"


class Watch(models.Model):
    """How far a journey has read what makes customers enter. Its lock makes one worker read at a time."""

    access = "Holds no customer data."

    journey = models.OneToOneField(Journey, primary_key=True, on_delete=models.CASCADE, related_name="watch")
    since = models.DateTimeField(help_text="What happened before does not count.")
    read_to = models.BigIntegerField(default=0, help_text="Rows up to here were all committed when read.")
    seen_to = models.BigIntegerField(default=0)
    seen_xid = models.BigIntegerField(default=0, help_text="Whoever could still write a row up to seen_to.")
    read_day = models.DateField(null=True, help_text="The last day whose birthdays or festival were read.")
    day_cursor = models.BigIntegerField(default=0, help_text="The last customer read of the day after it.")
    orders_to = models.BigIntegerField(default=0, help_text="Orders up to here were looked at for the goal.")
    looked_at = models.DateTimeField(null=True, help_text="When what has no numbers was last looked up.")

    def __str__(self) -> str:
        return str(self.journey_id)


class Above(models.Model):
    """Whose risk is above what a journey waits for: only who comes to be among them enters."""

    access = "Derived, and read by the engine only."

    id = models.BigAutoField(primary_key=True)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="+", db_index=False)
    # As with predictions: a million checks would double the work.
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "customer"], name="journey_customer_is_above_once")
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.customer_id}"


class Intake(models.Model):
    """Members of a segment put in by hand, all at once."""

    access = "Read only through its journey."

    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="intakes")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    cursor = models.BigIntegerField(default=0, help_text="The last customer that was put in.")
    entered = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.segment_id}"


class JourneyRunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("journey", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def active(self) -> Self:
        return self.filter(state=Run.State.ACTIVE)


class Run(models.Model):
    """One customer on one journey, for one occurrence of what makes them enter."""

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("journey of a customer", "Under way")
        DONE = "done", pgettext_lazy("journey of a customer", "Walked to the end")
        GOAL = "goal", pgettext_lazy("journey of a customer", "Reached the goal")
        LEFT = "left", pgettext_lazy("journey of a customer", "Left early")

    id = models.BigAutoField(primary_key=True)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="runs", db_index=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="journey_runs", db_index=False
    )
    entry_key = models.CharField(max_length=60, help_text="The occurrence: a row, or a date.")
    entered_at = models.DateTimeField(_("entered"))
    node = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    steps = models.PositiveIntegerField(default=0)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.ACTIVE)
    reason = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = JourneyRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer on a journey")
        verbose_name_plural = _("customers on journeys")
        indexes = [
            models.Index(fields=["journey", "due_at"], name="journey_run_due", condition=Q(state="active")),
            models.Index(
                fields=["version", "node", "due_at"],
                name="journey_run_at_a_node",
                condition=Q(state="active"),
            ),
            models.Index(fields=["customer", "-entered_at"], name="journey_run_of_a_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "customer", "entry_key"], name="journey_is_entered_once_per_occurrence"
            ),
            models.UniqueConstraint(
                fields=["journey", "customer"],
                name="journey_holds_a_customer_once_at_a_time",
                condition=Q(state="active"),
            ),
            models.CheckConstraint(
                name="journey_run_ends_at_a_moment",
                condition=Q(state="active", ended_at=None) | ~Q(state="active") & Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.customer_id}"


class Step(models.Model):
    """What happened to a customer at a node. Its number counts the steps of the run, so none comes twice."""

    access = "Read only through its run."

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="walked", db_index=False)
    number = models.PositiveIntegerField()
    node = models.PositiveIntegerField()
    at = models.DateTimeField()
    what = models.CharField(max_length=20)
    reason = models.CharField(max_length=200, blank=True)
    message = models.ForeignKey(
        DirectMessage, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    result = models.CharField(max_length=11, blank=True, help_text="What became of the message.")

    class Meta:
        indexes = [
            models.Index(fields=["message"], name="journey_step_of_a_message", condition=~Q(message=None))
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="journey_step_is_made_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.number}"


class Tally(models.Model):
    """How often something happened at a node. Counted in the transaction that made it happen."""

    access = "Counts only."

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    node = models.PositiveIntegerField()
    what = models.CharField(max_length=20)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "node", "what"], name="journey_tally_is_kept_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.node} {self.what}"
