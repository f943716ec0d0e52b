"""The local provider that plays the outside world: what reached it, and how it misbehaves on request."""

from typing import Self

from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User


class SandboxMessageQuerySet(models.QuerySet["SandboxMessage"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("channel", action) else self.none()

    def to(self, start: str) -> Self:
        """Messages to addresses that begin so."""
        if not start:
            return self
        return self.filter(Q(recipient__startswith=start) | Q(recipient__startswith=start.lower()))


class SandboxMessage(models.Model):
    """One message that arrived. Committed before the sender is told, so this log judges what was sent."""

    class Protocol(models.TextChoices):
        SMTP = "smtp", "SMTP"
        HTTP = "http", "HTTP"
        WECHAT_OA = "wechat_oa", _("WeChat Official Account")
        WECOM = "wecom", _("WeCom")
        WHATSAPP = "whatsapp", _("WhatsApp")
        TWILIO = "twilio", _("SMS (Twilio)")
        SMS_HTTP = "sms_http", _("SMS (any gateway over HTTP)")

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField(_("arrived"))
    protocol = models.CharField(_("way"), max_length=20, choices=Protocol)
    sender = models.CharField(_("from"), max_length=320)
    recipient = models.CharField(_("to"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300)
    key = models.CharField(
        _("message key"),
        max_length=255,
        help_text=_("The delivery's key, from Message-ID or Idempotency-Key."),
    )
    raw = models.BinaryField()
    # False: the connection was dropped on purpose, as a provider's does on a bad day.
    answered = models.BooleanField(_("sender was told"))

    objects = SandboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message in the sandbox")
        verbose_name_plural = _("messages in the sandbox")
        indexes = [
            models.Index(OpClass(F("recipient"), "text_pattern_ops"), name="sandbox_message_to"),
            models.Index(fields=["key"], name="sandbox_message_of_a_key"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(protocol="http") & ~Q(key=""), name="sandbox_honours_http_keys"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Spoken(models.Model):
    """What a played customer told WeCom's customer service: it does not push, so it waits to be fetched."""

    access = "Read only by the sandbox itself."

    id = models.BigAutoField(primary_key=True)
    account = models.CharField(max_length=64)
    speaker = models.CharField(max_length=254)
    said = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "id"], name="spoken_to_an_account")]

    def __str__(self) -> str:
        return f"{self.account}:{self.pk}"


class FaultsQuerySet(models.QuerySet["Faults"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("channel", action) else self.none()


class Faults(models.Model):
    """How the sandbox misbehaves: one row, edited on its page."""

    delay = models.PositiveIntegerField(
        _("Delay in milliseconds"),
        default=0,
        validators=[MaxValueValidator(60_000)],
        help_text=_("Each answer comes so much later."),
    )
    temporary = models.PositiveSmallIntegerField(
        _("Come back later, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("So many of a hundred messages get a temporary no."),
    )
    permanent = models.PositiveSmallIntegerField(
        _("No such address, %"),
        default=100,
        validators=[MaxValueValidator(100)],
        help_text=_("So many of a hundred messages to addresses that contain “bounce”."),
    )
    dropped = models.PositiveSmallIntegerField(
        _("Accepted but not told, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("The message arrives, then the connection breaks without an answer."),
    )
    failing = models.PositiveSmallIntegerField(
        _("Server error, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("Nothing is kept, and the answer is an error of the server."),
    )
    erring = models.PositiveSmallIntegerField(
        _("Server error though accepted, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("The message arrives, and the answer is an error all the same. Over HTTP only."),
    )
    cut = models.PositiveSmallIntegerField(
        _("Cut off after the answer, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("The answer is given, then the connection breaks."),
    )
    dripping = models.PositiveSmallIntegerField(
        _("Answer drop by drop, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("One byte after the other. Over HTTP only."),
    )
    twins = models.PositiveSmallIntegerField(
        _("The same number again, %"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("Different messages get one and the same number of the provider. Over HTTP only."),
    )
    refused = models.BooleanField(_("Refuse connections"), default=False)

    objects = FaultsQuerySet.as_manager()

    class Meta:
        verbose_name = _("faults of the sandbox")
        verbose_name_plural = _("faults of the sandbox")
        constraints = [
            models.CheckConstraint(name="faults_are_one_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="faults_are_percentages",
                condition=Q(temporary__lte=100, permanent__lte=100, dropped__lte=100),
            ),
            models.CheckConstraint(
                name="newer_faults_are_percentages",
                condition=Q(failing__lte=100, erring__lte=100, cut__lte=100)
                & Q(dripping__lte=100, twins__lte=100),
            ),
            models.CheckConstraint(name="faults_delay_is_a_minute_at_most", condition=Q(delay__lte=60_000)),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
