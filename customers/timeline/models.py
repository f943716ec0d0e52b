"""The timeline: every touch with a customer, on every channel, in one ordered feed."""

from typing import Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.accounts.models import User
from customers.models import Customer, of_visible


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(of_visible(user, action))


class Entry(models.Model):
    """One touchpoint. Written in the transaction of the thing it tells of, never changed after.

    Only what colleagues wrote down themselves may be corrected for a while; customers.touches keeps each
    wording.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        WECHAT = "wechat", _("WeChat")
        WHATSAPP = "whatsapp", _("WhatsApp")
        CHAT = "chat", _("Web chat")
        WEB = "web", _("Website")
        STORE = "store", _("Shop")
        EVENT = "event", pgettext_lazy("gathering", "Event")
        MEETING = "meeting", pgettext_lazy("channel", "In person")
        FORM = "form", pgettext_lazy("channel", "Web form")
        SOCIAL = "social", _("Social media")
        STAFF = "staff", pgettext_lazy("channel", "Internal")

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")
        NONE = "none", pgettext_lazy("direction", "None")

    class Outcome(models.TextChoices):
        """How a call ended."""

        REACHED = "reached", pgettext_lazy("call", "Spoke with them")
        NO_ANSWER = "no_answer", pgettext_lazy("call", "No answer")
        BUSY = "busy", pgettext_lazy("call", "Busy")
        MESSAGE = "message", pgettext_lazy("call", "Left a message")
        CALL_BACK = "call_back", pgettext_lazy("call", "Wants to be called back")
        WRONG = "wrong", pgettext_lazy("call", "Wrong number")

    class Place(models.TextChoices):
        """Where one met."""

        THEIRS = "theirs", pgettext_lazy("meeting", "At the customer's")
        OURS = "ours", pgettext_lazy("meeting", "With us")
        VIDEO = "video", pgettext_lazy("meeting", "By video")
        ELSEWHERE = "elsewhere", pgettext_lazy("meeting", "Elsewhere")

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="entries", db_index=False)
    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction, default=Direction.NONE)
    occurred_at = models.DateTimeField(_("when"))
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text"), blank=True)
    actor = models.ForeignKey(
        User, verbose_name=_("who"), null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40, help_text="Which table or feed the touch came from.")
    source_id = models.CharField(max_length=120)
    data = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("timeline entry")
        verbose_name_plural = _("timeline entries")
        indexes = [
            models.Index(fields=["customer", "occurred_at", "id"], name="entry_of_a_customer"),
            BrinIndex(fields=["occurred_at"], name="entry_by_time", autosummarize=True),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="entry_is_told_once"),
        ]

    def __str__(self) -> str:
        return self.summary
