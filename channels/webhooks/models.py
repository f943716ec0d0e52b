"""Webhooks: who wants to hear of what, what happened, and what became of telling them."""

from typing import Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("webhook", action) else self.none()

    def ready(self) -> Self:
        """Switched on, and not resting after a failure."""
        return self.filter(Q(rests_until=None) | Q(rests_until__lte=timezone.now()), enabled=True)


class Subscription(models.Model):
    """An address that is told of some kinds of events."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=40), verbose_name=_("events"))
    enabled = models.BooleanField(_("switched on"), default=True)
    secret = models.TextField(editable=False, help_text="Sealed; what it signs with.")
    former_secret = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="In a row.")
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(name="webhook_is_told_something", condition=~Q(events=[])),
            models.CheckConstraint(
                name="former_webhook_secret_ends",
                condition=Q(former_secret="", former_until=None)
                | ~Q(former_secret="") & ~Q(former_until=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("webhook", action) else self.none()


class Event(models.Model):
    """Something that happened, in the very bytes that are sent. Written in the transaction that did it."""

    id = models.BigAutoField(primary_key=True)
    token = models.UUIDField(default=uuid4, unique=True, help_text="By which receivers know it again.")
    kind = models.CharField(_("event"), max_length=40)
    body = models.TextField()
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [models.Index(fields=["at"], name="event_by_age")]

    def __str__(self) -> str:
        return self.kind

    @property
    def name(self) -> str:
        """The id under which receivers know it."""
        return f"evt_{self.token.hex}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("webhook", action) else self.none()

    def due(self) -> Self:
        return self.filter(state=Delivery.State.WAITING, due_at__lte=timezone.now())


class Delivery(models.Model):
    """One event on its way to one address."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Delivered")
        DEAD = "dead", _("Given up")

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"), default=timezone.now)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["subscription", "due_at"], name="webhook_delivery_due", condition=Q(state="waiting")
            ),
            models.Index(fields=["subscription", "id"], name="webhook_delivery_listed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "subscription"], name="event_goes_once_to_each_address"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.subscription_id}"


class Attempt(models.Model):
    """One try to deliver, and what came back."""

    access = "Read only through its delivery."

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(_("when"), default=timezone.now)
    status = models.PositiveSmallIntegerField(_("answer"), null=True)
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    answer = models.CharField(_("first words of the answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status or self.problem}"

    @property
    def duration(self) -> str:
        return f"{self.milliseconds / 1000:.3f} s"
