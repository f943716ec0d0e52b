"""Permissions that somebody asked for on a form and has still to confirm from their own mailbox."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.consent.models import MESSAGES, Purpose
from channels.inbox.models import Conversation
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer


class OptInQuerySet(models.QuerySet["OptIn"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("consent", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(confirmed_at=None)


class OptIn(models.Model):
    """Ticked on a form, confirmed by the button behind a link that only the mailbox's owner has."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="opt_ins")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, related_name="+")
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.SET_NULL, related_name="+")
    email = models.EmailField(pgettext_lazy("address", "E-mail"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=MESSAGES, default=Purpose.MARKETING)
    text_version = models.CharField(_("wording"), max_length=40, blank=True)
    evidence = models.JSONField(_("proof"), default=dict)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    # False where the mailbox is not the one we write to.
    granted = models.BooleanField(default=False)

    objects = OptInQuerySet.as_manager()

    class Meta:
        verbose_name = _("permission to be confirmed")
        verbose_name_plural = _("permissions to be confirmed")
        indexes = [models.Index(fields=["email", "asked_at"], name="opt_in_of_a_mailbox")]
        constraints = [
            models.CheckConstraint(
                name="opt_in_is_granted_after_its_confirmation",
                condition=models.Q(granted=False) | ~models.Q(confirmed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)
