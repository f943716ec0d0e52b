"""Letters: single messages owed to one customer, and what became of each."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        if not user.may("consent", action):
            return self.none()
        return self.filter(customer__in=Customer.objects.visible_to(user))

    def due(self) -> Self:
        return self.filter(state=Letter.State.READY, due_at__lte=timezone.now())

    def lost(self) -> Self:
        """Handed over by a worker that never said how it ended."""
        return self.filter(state=Letter.State.SENDING, lease_until__lt=timezone.now())


class Letter(models.Model):
    """One message to one customer. The address stands nowhere here: it is looked up when it is sent.

    ready → sending (from here on the provider may have been touched) → sent. A crash in sending ends in
    unknown, never in a second letter.
    """

    class State(models.TextChoices):
        READY = "ready", pgettext_lazy("letter", "Waiting")
        SENDING = "sending", pgettext_lazy("letter", "Being handed over")
        SENT = "sent", pgettext_lazy("letter", "Sent")
        SKIPPED = "skipped", pgettext_lazy("letter", "Not sent")
        FAILED = "failed", pgettext_lazy("letter", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("letter", "Unknown")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="letters")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(_("kind"), max_length=40)
    about = models.UUIDField(help_text="The key of what the letter is about.")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.READY)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    asked_by = models.ForeignKey(
        User, verbose_name=_("asked by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            models.Index(fields=["due_at"], name="letter_to_send", condition=Q(state="ready")),
            models.Index(fields=["lease_until"], name="letter_in_hand", condition=Q(state="sending")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"],
                condition=Q(state__in=["ready", "sending"]),
                name="letter_waits_once_about_a_thing",
            ),
            models.CheckConstraint(
                name="letter_in_hand_has_a_lease", condition=~Q(state="sending") | ~Q(lease_until=None)
            ),
            models.CheckConstraint(
                name="letter_not_sent_has_a_reason",
                condition=~Q(state__in=["skipped", "failed"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
