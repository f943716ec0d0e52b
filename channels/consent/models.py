"""Consent: what each customer has allowed, for which purpose, on which channel, and the proof of it."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer


class Purpose(models.TextChoices):
    MARKETING = "marketing", _("Offers and news")
    SERVICE = "service", _("Service messages")
    SURVEY = "survey", _("Surveys")


class State(models.TextChoices):
    GRANTED = "granted", _("Allowed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ConsentEntryQuerySet(models.QuerySet["ConsentEntry"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("consent", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))


class ConsentEntry(models.Model):
    """One act of allowing or withdrawing. The ledger is only ever added to; a database trigger sees to it."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consent_entries")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=10)
    state = models.CharField(_("state"), max_length=9, choices=State)
    source = models.CharField(_("came from"), max_length=40)
    text_version = models.CharField(_("wording"), max_length=40, blank=True)
    evidence = models.JSONField(_("proof"), default=dict)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, verbose_name=_("recorded by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ConsentEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent entry")
        verbose_name_plural = _("consent entries")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}/{self.channel} {self.state}"


class Consent(models.Model):
    """Where the ledger stands now, one row per customer, purpose and channel. No row means not allowed."""

    access = "Read only through its customer."

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=10, choices=Purpose)
    channel = models.CharField(max_length=10)
    state = models.CharField(max_length=9, choices=State)
    entry = models.ForeignKey(ConsentEntry, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "purpose", "channel"], name="consent_has_one_state"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}/{self.channel} {self.state}"


class Suppression(models.Model):
    """An address nobody may write to. Only its keyed hash is kept, so that it outlives erasure."""

    access = "Holds no readable address; read only by channels.consent.gate."

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("Address does not exist")
        COMPLAINT = "complaint", _("Reported as spam")
        UNSUBSCRIBED = "unsub", _("Unsubscribed")
        MANUAL = "manual", _("Blocked by a colleague")

    kind = models.CharField(max_length=10)
    value_hash = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value_hash"], name="suppression_is_once_per_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"
