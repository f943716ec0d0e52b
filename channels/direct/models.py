"""One message from one colleague to one customer, and the durable truth of what became of it."""

from datetime import datetime
from decimal import Decimal
from typing import Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.consent.models import MESSAGES, Purpose
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer


class DirectMessageQuerySet(models.QuerySet["DirectMessage"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("message", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def due(self) -> Self:
        return self.filter(state=DirectMessage.State.READY, due_at__lte=Now(), channel__enabled=True)

    def open(self) -> Self:
        return self.filter(state__in=[DirectMessage.State.READY, DirectMessage.State.DISPATCHING])

    def contacts(self, since: datetime) -> Self:
        """What counts towards the contact cap: offers that went out, or may have."""
        spent = [DirectMessage.State.DISPATCHING, DirectMessage.State.ACCEPTED, DirectMessage.State.UNKNOWN]
        return self.filter(sent_at__gt=since, state__in=spent, purpose=Purpose.MARKETING)


class DirectMessage(models.Model):
    """Written before anything is sent. Its states are those of a campaign's delivery, for the same reasons:

    ready → dispatching (from here on the provider may have been touched) → accepted. A crash in dispatching
    ends in unknown, never in a second send, unless the provider recognises our key.
    """

    class State(models.TextChoices):
        READY = "ready", pgettext_lazy("delivery", "Waiting")
        DISPATCHING = "dispatching", pgettext_lazy("delivery", "Being handed over")
        ACCEPTED = "accepted", pgettext_lazy("delivery", "Sent")
        SKIPPED = "skipped", pgettext_lazy("delivery", "Left out")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("delivery", "Unknown")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="direct_messages", db_index=False
    )
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="direct_messages")
    purpose = models.CharField(_("purpose"), max_length=10, choices=MESSAGES, default=Purpose.SERVICE)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"))
    # Nobody for what the product answers by itself.
    by = models.ForeignKey(
        User, verbose_name=_("who"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    to = models.CharField(
        max_length=254, blank=True, help_text="Address or handle; empty means what the customer has then."
    )
    # What makes it part of a conversation.
    reply_to = models.CharField(max_length=254, blank=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    references = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    is_answer = models.BooleanField(default=False, help_text="The customer wrote a moment ago and waits.")
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the customer last wrote from where this goes."
    )
    template = models.CharField(max_length=200, blank=True, help_text="The provider's name of it.")
    fields = models.JSONField(default=dict, help_text="What fills the blanks of the template.")
    instead = models.JSONField(
        null=True,
        blank=True,
        help_text="Template, fields and body, for when the provider lets free text through no more.",
    )
    markup = models.JSONField(
        null=True, blank=True, help_text="Who makes its HTML, and of what; `fields` fill the marks in it."
    )
    files = models.JSONField(default=list, help_text="Name, type and digest of what goes along.")
    is_automatic = models.BooleanField(default=False)
    address = models.CharField(max_length=254, blank=True, help_text="Filled at the moment of sending.")
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    parts = models.PositiveSmallIntegerField(
        _("messages as charged"), default=0, db_default=0, help_text=_("0 until it is handed over.")
    )
    cost = models.DecimalField(
        _("cost"),
        max_digits=10,
        decimal_places=4,
        default=Decimal(0),
        db_default=Decimal(0),
        help_text=_("Of all of it when it was handed over, in the company's currency."),
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    key = models.UUIDField(default=uuid4, unique=True, help_text="Message-ID and idempotency key.")
    provider_id = models.CharField(max_length=200, blank=True)
    news = models.JSONField(default=dict, help_text="What the provider reported since, by state.")
    sent_at = models.DateTimeField(
        _("sent"), null=True, blank=True, help_text=_("When it was first handed over and not proven unsent.")
    )

    objects = DirectMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("single message")
        verbose_name_plural = _("single messages")
        indexes = [
            models.Index(fields=["customer", "created_at"], name="direct_to_a_customer"),
            models.Index(fields=["due_at"], name="direct_ready", condition=Q(state="ready")),
            models.Index(fields=["lease_until"], name="direct_held", condition=Q(state="dispatching")),
            models.Index(fields=["provider_id"], name="direct_by_provider_id", condition=~Q(provider_id="")),
            models.Index(
                fields=["channel", "sent_at"],
                name="direct_that_cost",
                condition=Q(state="accepted", cost__gt=0),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="direct_costs_nothing_or_something", condition=Q(cost__gte=0)),
            models.CheckConstraint(
                name="direct_is_somebodys_unless_automatic",
                condition=Q(is_automatic=True) | Q(by__isnull=False),
            ),
            models.CheckConstraint(
                name="direct_held_has_a_lease",
                condition=~Q(state="dispatching")
                | ~Q(lease_until=None) & ~Q(lease_token="") & ~Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="direct_that_was_not_sent_has_a_reason",
                condition=~Q(state__in=["skipped", "failed"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.READY, self.State.DISPATCHING)
