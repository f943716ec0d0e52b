"""Channels: configured accounts through which we and our customers talk."""

import secrets
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Team, User


def new_token() -> str:
    return secrets.token_urlsafe(32)


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("channel", action) else self.none()

    def enabled(self) -> Self:
        return self.filter(enabled=True)


class Channel(models.Model):
    """One account of one connector, such as the newsletter's mail server."""

    connector = models.CharField(_("connector"), max_length=40)
    kind = models.CharField(
        _("kind"), max_length=10, help_text=_("E-mail, SMS… decides which consent counts.")
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    config = models.JSONField(_("settings"), default=dict, blank=True)
    secret = models.TextField(blank=True, editable=False, help_text="Encrypted by channels.secrets.")
    enabled = models.BooleanField(_("enabled"), default=True)
    token = models.CharField(
        max_length=43,
        unique=True,
        default=new_token,
        editable=False,
        help_text="Part of the address that the provider calls.",
    )
    team = models.ForeignKey(
        Team,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Who looks after what arrives here, unless a rule says otherwise."),
    )
    per_second = models.PositiveIntegerField(
        _("messages a second"), default=0, help_text=_("0 means no limit.")
    )
    cost = models.DecimalField(
        _("cost of a message"),
        max_digits=10,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text=_("In the company's currency. A long SMS counts as several."),
    )
    tokens = models.FloatField(default=0, editable=False)
    refilled_at = models.DateTimeField(default=timezone.now, editable=False)
    last_received_at = models.DateTimeField(_("last received"), null=True, blank=True, editable=False)
    last_sent_at = models.DateTimeField(_("last sent"), null=True, blank=True, editable=False)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name
