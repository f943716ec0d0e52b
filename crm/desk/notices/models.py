"""Who follows which customer, what colleagues are told, and what they want to be told."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from customers.models import Customer
from customers.timeline.models import Entry


class FollowQuerySet(models.QuerySet["Follow"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(user=user, customer__in=Customer.objects.visible_to(user, action))


class Follow(models.Model):
    """A colleague who wants to hear of everything that happens with a customer."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="follows")
    since = models.DateTimeField(default=timezone.now)

    objects = FollowQuerySet.as_manager()

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="follow_is_once_per_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.customer_id}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """One's own, as long as one may still see the customer it is about."""
        return self.filter(user=user, customer__in=Customer.objects.visible_to(user, action))

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(models.Model):
    """One thing a colleague is told. It points to the entry and holds no words of its own."""

    class Reason(models.TextChoices):
        MENTION = "mention", _("You were mentioned")
        ASSIGNED = "assigned", _("A customer is yours now")
        ASKED = "asked", _("A colleague asks you about a customer")
        ANSWERED = "answered", _("A colleague answered your question")
        FOLLOWED = "followed", _("News of a customer you follow")
        TOLD = "told", _("A customer waits for an answer")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notices")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="notices")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(
        null=True, blank=True, help_text="When an e-mail said that there is something to read."
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["user", "created_at", "id"], name="notice_of_a_colleague"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["user"], name="notice_to_mail", condition=Q(read_at=None, mailed_at=None)),
        ]
        constraints = [
            # The first reason is enough: whoever is mentioned need not be told as a follower as well.
            models.UniqueConstraint(fields=["user", "entry"], name="notice_is_given_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.reason} {self.entry_id}"


class Wishes(models.Model):
    """What a colleague wants to be told. Without a row: everything on the page, nothing by e-mail."""

    access = "Read and written only for oneself."

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="wishes")
    mentions = models.BooleanField(_("when a colleague mentions me"), default=True)
    assignments = models.BooleanField(_("when a customer becomes mine"), default=True)
    touches = models.BooleanField(_("when something happens with a customer I follow"), default=True)
    changes = models.BooleanField(_("when details of a customer I follow are changed"), default=True)
    by_email = models.BooleanField(
        _("by e-mail as well"),
        default=False,
        help_text=_("At most once an hour, and only how many there are: no names, no contents."),
    )

    class Meta:
        verbose_name = _("wishes for notices")
        verbose_name_plural = _("wishes for notices")

    def __str__(self) -> str:
        return str(self.user_id)
