"""Campaigns, and one delivery per campaign and customer: the durable truth of what was sent to whom."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.consent.models import Purpose
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer
from segments.models import Segment


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("campaign", action) else self.none()

    def drafts(self) -> Self:
        return self.filter(status=Campaign.Status.DRAFT)

    def running(self) -> Self:
        return self.filter(status__in=[Campaign.Status.MATERIALISING, Campaign.Status.RUNNING])


class Campaign(models.Model):
    """One message to the members of a segment who allow it."""

    class Status(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("campaign", "Draft")
        MATERIALISING = "planning", pgettext_lazy("campaign", "Preparing")
        RUNNING = "running", pgettext_lazy("campaign", "Sending")
        PAUSED = "paused", pgettext_lazy("campaign", "Paused")
        DONE = "done", pgettext_lazy("campaign", "Done")
        CANCELLED = "cancelled", pgettext_lazy("campaign", "Cancelled")

    name = models.CharField(_("name"), max_length=100)
    segment = models.ForeignKey(
        Segment, verbose_name=_("segment"), on_delete=models.PROTECT, related_name="campaigns"
    )
    channel = models.ForeignKey(
        Channel, verbose_name=_("channel"), on_delete=models.PROTECT, related_name="campaigns"
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.MARKETING)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(
        _("text"), help_text=_("Personal fields such as {{ name }} are filled in per customer.")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    cursor = models.BigIntegerField(
        default=0, editable=False, help_text="Last customer that got its delivery row."
    )
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    launched_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    launched_at = models.DateTimeField(_("launched"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        indexes = [models.Index(fields=["-created_at", "-id"], name="campaign_newest_first")]
        constraints = [
            models.CheckConstraint(
                name="campaign_that_left_draft_was_launched",
                condition=Q(status__in=["draft", "cancelled"]) | ~Q(launched_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("campaign", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Delivery(models.Model):
    """One message to one customer. Every row ends in a named state; nothing is sent without one.

    ready → leased (a worker holds it, the provider was not touched) → dispatching (the provider may have
    been touched) → accepted. A crash in dispatching ends in unknown, never in a second send.
    """

    class State(models.TextChoices):
        READY = "ready", pgettext_lazy("delivery", "Waiting")
        LEASED = "leased", pgettext_lazy("delivery", "Being prepared")
        DISPATCHING = "dispatching", pgettext_lazy("delivery", "Being handed over")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "Sent")
        SKIPPED = "skipped", pgettext_lazy("delivery", "Left out")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("delivery", "Unknown")

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="deliveries")
    address = models.CharField(max_length=254, blank=True, help_text="Filled at the moment of sending.")
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    key = models.UUIDField(
        default=uuid4, help_text="Message-ID, idempotency key and the root of signed links."
    )
    provider_id = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    clicked_at = models.DateTimeField(_("clicked"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(fields=["campaign", "due_at"], name="delivery_ready", condition=Q(state="ready")),
            models.Index(
                fields=["lease_until"], name="delivery_held", condition=Q(state__in=["leased", "dispatching"])
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="delivery_is_once_per_customer"),
            models.UniqueConstraint(fields=["key"], name="delivery_key_is_unique"),
            models.CheckConstraint(
                name="delivery_held_has_a_lease",
                condition=~Q(state__in=["leased", "dispatching"]) | ~Q(lease_until=None) & ~Q(lease_token=""),
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
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    automatic = models.BooleanField(_("by a machine"), default=False)
    link = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("delivery event")

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.kind}"


class CampaignLink(models.Model):
    """An address in a campaign's text. Tracked links name its row, so no address ever travels in a link."""

    access = "Read only through its campaign."

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links")
    url = models.URLField(max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "url"], name="campaign_link_is_kept_once"),
        ]

    def __str__(self) -> str:
        return self.url
