"""Campaigns, and one delivery per campaign and customer: the durable truth of what was sent to whom."""

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
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

    def sending(self) -> Self:
        """Campaigns whose messages may go out now."""
        return self.filter(status=Campaign.Status.RUNNING, channel__enabled=True)

    def stoppable(self) -> Self:
        return self.exclude(status__in=[Campaign.Status.DONE, Campaign.Status.CANCELLED])

    def left_alone(self) -> Self:
        """Campaigns nobody works on: no worker has said so of late."""
        return self.exclude(lease_until__gt=Now())


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
    trouble = models.CharField(
        max_length=300, blank=True, editable=False, help_text="Why it had to be stopped."
    )
    planned_at = models.DateTimeField(
        null=True, editable=False, help_text="When everybody had a delivery row."
    )
    lease_until = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Until when workers said they are on it; a sweep sends new ones to the others.",
    )

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

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_live(self) -> bool:
        """Whether its figures may still move by themselves."""
        return self.status in (self.Status.MATERIALISING, self.Status.RUNNING)


class Tally(models.Model):
    """How many deliveries of a campaign ended how, kept in the transaction that ends them.

    Counting a million rows at each look at a running campaign would cost more than sending them.
    """

    access = "Holds no customer data; read only through its campaign."

    class What(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("tally", "Planned")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "Sent")
        SKIPPED = "skipped", pgettext_lazy("delivery", "Left out")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("delivery", "Unknown")
        OPENED = "opened", _("Opened")
        CLICKED = "clicked", _("Clicked")
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    what = models.CharField(max_length=12, choices=What)
    reason = models.CharField(max_length=60, blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "what", "reason"], name="tally_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.reason}: {self.count}"


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
            models.Index(fields=["campaign", "due_at"], name="delivery_ready", condition=Q(state="ready")),
            models.Index(
                fields=["campaign", "lease_until"], name="delivery_held", condition=Q(state="dispatching")
            ),
            models.Index(fields=["customer", "sent_at"], name="delivery_to_a_customer"),
            models.Index(
                fields=["campaign", "state", "customer"],
                name="delivery_that_went_wrong",
                condition=Q(state__in=["skipped", "failed", "unknown"]),
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


class CampaignLink(models.Model):
    """An address in a campaign's text. Tracked links name its row, so no address ever travels in a link."""

    access = "Read only through its campaign."

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    url = models.URLField(max_length=1000)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["campaign", "url"], name="campaign_link_is_kept_once"),
            models.UniqueConstraint(fields=["campaign", "number"], name="campaign_link_has_its_number"),
            models.CheckConstraint(
                name="campaign_link_leads_to_the_web", condition=Q(url__regex="^https?://")
            ),
        ]

    def __str__(self) -> str:
        return self.url
