"""One delivery per campaign and customer: the durable truth of what was sent to whom."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.campaigns.models.campaign import Campaign
from channels.consent.models import Purpose
from crm.accounts.models import User
from customers.models import Customer


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("campaign", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def due(self) -> Self:
        return self.filter(state=Delivery.State.READY, due_at__lte=Now())

    def open(self) -> Self:
        """Deliveries that have not ended yet."""
        return self.filter(state__in=[Delivery.State.READY, Delivery.State.DISPATCHING])

    def contacts(self, since: datetime) -> Self:
        """What counts towards the contact cap: marketing that went out, or may have."""
        spent = [Delivery.State.DISPATCHING, Delivery.State.ACCEPTED, Delivery.State.UNKNOWN]
        return self.filter(sent_at__gt=since, state__in=spent, campaign__purpose=Purpose.MARKETING)


class Delivery(models.Model):
    """One message to one customer. Every row ends in a named state; nothing is sent without one.

    ready → dispatching (from here on the provider may have been touched) → accepted. Before that a worker
    holds the row only by a database lock, which a crash gives back at once. A crash in dispatching ends in
    unknown, never in a second send.
    """

    class State(models.TextChoices):
        READY = "ready", pgettext_lazy("delivery", "Waiting")
        DISPATCHING = "dispatching", pgettext_lazy("delivery", "Being handed over")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "Sent")
        SKIPPED = "skipped", pgettext_lazy("delivery", "Left out")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("delivery", "Unknown")

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    address = models.CharField(max_length=254, blank=True, help_text="Filled at the moment of sending.")
    arm = models.PositiveSmallIntegerField(
        null=True,
        editable=False,
        help_text="See arms.py; empty for whoever was left out when it was planned.",
    )
    way = models.PositiveSmallIntegerField(
        default=1,
        db_default=1,
        editable=False,
        help_text="The place of its channel among those of the campaign.",
    )
    why = models.CharField(
        max_length=20,
        blank=True,
        db_default="",
        editable=False,
        help_text="Why this channel; see choosing.py.",
    )
    parts = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="As how many a provider counts a text; 0 for a mail.",
    )
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    key = models.UUIDField(
        default=uuid4, help_text="Message-ID, idempotency key and the root of signed links."
    )
    provider_id = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(
        _("sent"), null=True, blank=True, help_text=_("When it was first handed over and not proven unsent.")
    )
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    clicked_at = models.DateTimeField(_("clicked"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["campaign", "way", "due_at"], name="delivery_ready_on", condition=Q(state="ready")
            ),
            models.Index(
                fields=["campaign", "lease_until"], name="delivery_held", condition=Q(state="dispatching")
            ),
            models.Index(fields=["customer", "sent_at"], name="delivery_to_a_customer"),
            # Of texts alone: the answers of mail servers are no numbers.
            models.Index(
                fields=["provider_id"],
                name="delivery_by_provider_id",
                condition=Q(parts__gt=0) & ~Q(provider_id=""),
            ),
            models.Index(
                fields=["campaign", "state", "customer"],
                name="delivery_that_went_wrong",
                condition=Q(state__in=["skipped", "failed", "unknown"]),
            ),
            models.Index(
                fields=["campaign"], name="delivery_awaits_a_winner", condition=Q(arm=9, state="ready")
            ),
            models.Index(
                fields=["campaign", "customer"], name="delivery_clicked", condition=~Q(clicked_at=None)
            ),
            models.Index(
                fields=["campaign", "customer"],
                name="delivery_unsubscribed",
                condition=~Q(unsubscribed_at=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="delivery_is_once_per_customer"),
            models.UniqueConstraint(fields=["key"], name="delivery_key_is_unique"),
            models.CheckConstraint(
                name="delivery_held_has_a_lease",
                condition=~Q(state="dispatching")
                | ~Q(lease_until=None) & ~Q(lease_token="") & ~Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="delivery_left_out_has_a_reason",
                condition=~Q(state__in=["skipped", "failed"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class DeliveryEvent(models.Model):
    """Something that happened to a delivery afterwards: an open, a click, an unsubscribe."""

    access = "Read only through its delivery."

    class Kind(models.TextChoices):
        OPEN = "open", _("Opened")
        CLICK = "click", _("Clicked")
        UNSUBSCRIBE = "unsub", _("Unsubscribed")
        BOUNCE = "bounce", _("Bounced")
        COMPLAINT = "complaint", _("Reported as spam")

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    automatic = models.BooleanField(_("by a machine"), default=False)
    link = models.ForeignKey(
        "CampaignLink", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("delivery event")
        indexes = [models.Index(fields=["campaign", "kind", "at"], name="delivery_event_of_a_campaign")]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.kind}"
