"""Consent: what each customer has allowed, for which purpose, on which channel, and the proof of it."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer


class Purpose(models.TextChoices):
    MARKETING = "marketing", _("Offers and news")
    SERVICE = "service", _("Service messages")
    SURVEY = "survey", _("Surveys")
    ADS = "ads", _("Ads on other platforms")


# What messages are written for. Matching on a platform of ads sends none.
MESSAGES = [(one.value, one.label) for one in Purpose if one is not Purpose.ADS]
# It is about an address or a number that a platform may know: whose, the channel says.
ADS_CHANNELS = ("email", "sms")


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
        # Each entry that goes with its customer asks whether a state still rests on it.
        indexes = [models.Index(fields=["entry"], name="consent_of_an_entry")]
        constraints = [
            models.UniqueConstraint(fields=["customer", "purpose", "channel"], name="consent_has_one_state"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.purpose}/{self.channel} {self.state}"


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("consent", action) else self.none()

    def published(self) -> Self:
        return self.exclude(published_at=None)


class ConsentText(models.Model):
    """The words people agree to. A published version never changes: a database trigger sees to it."""

    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    version = models.PositiveSmallIntegerField(_("version"))
    text_zh = models.TextField(_("text in Chinese"), max_length=2000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=2000, blank=True)
    published_at = models.DateTimeField(
        _("published"), null=True, blank=True, help_text=_("From then on the text can no longer be changed.")
    )

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent wording")
        verbose_name_plural = _("consent wordings")
        ordering = ("purpose", "-version")
        constraints = [
            models.UniqueConstraint(fields=["purpose", "version"], name="consent_text_has_its_version"),
            models.CheckConstraint(
                name="consent_text_published_is_in_both_languages",
                condition=Q(published_at=None) | ~Q(text_zh="") & ~Q(text_en=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """How the ledger names it."""
        return f"{self.purpose}-{self.version}"

    @property
    def text(self) -> str:
        """In the reader's language."""
        return self.text_zh if (get_language() or "").startswith("zh") else self.text_en


class PreferenceLink(models.Model):
    """The key of a customer's own preferences page. The address holds it signed, and nothing else."""

    access = "Only a key; read through its customer."

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="preference_link"
    )
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.customer_id)


class Suppression(models.Model):
    """An address nobody may write to. Only its keyed hash is kept, so that it outlives erasure."""

    access = "Holds no readable address; read only by channels.consent.gate."

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("Address does not exist")
        COMPLAINT = "complaint", _("Reported as spam")
        UNSUBSCRIBED = "unsub", _("Unsubscribed")
        MANUAL = "manual", _("Blocked by a colleague")
        ERASED = "erased", _("Belonged to somebody who was erased")

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
