"""Posts on social networks, and what became of each on each account."""

from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from channels.models import Channel
from crm.accounts.models import User

# Why a post is not on an account, or may not be; other reasons are the account's own words.
INTERRUPTED, TOO_LATE = "interrupted", "too_late"


class SocialPostQuerySet(models.QuerySet["SocialPost"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Nobody approves their own."""
        if not user.may("social", action):
            return self.none()
        return self.exclude(created_by=user) if action == "approve" else self


class SocialPost(models.Model):
    """One thing to say at one moment; each account may have words of its own."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("post", "Draft")
        APPROVED = "approved", pgettext_lazy("post", "Approved")
        SCHEDULED = "scheduled", pgettext_lazy("post", "Scheduled")
        PUBLISHED = "published", pgettext_lazy("post", "Published")
        FAILED = "failed", pgettext_lazy("post", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("posting", "Unknown")

    text = models.TextField(_("text"), max_length=4000)
    link = models.URLField(_("link"), max_length=500, blank=True)
    picture = models.URLField(_("picture"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))
    state = models.CharField(_("status"), max_length=9, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(
        User, verbose_name=_("created by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    approved_by = models.ForeignKey(
        User, verbose_name=_("approved by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SocialPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("social post")
        verbose_name_plural = _("social posts")
        indexes: ClassVar = [models.Index(fields=["at"], name="social_post_by_time")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="social_post_is_approved_by_somebody_else",
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("created_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.APPROVED)

    def may_be_moved_by(self, user: User) -> bool:
        """To another day; what is scheduled only by whoever may schedule as well."""
        is_scheduled = self.state == self.State.SCHEDULED
        may_change = user.may("social", "edit") and (not is_scheduled or user.may("social", "send"))
        return (self.is_open or is_scheduled) and may_change


class Posting(models.Model):
    """One post on one account: a row before anything is said, at most one call under its key."""

    access = "Holds no customer data; read only through its post."

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("posting", "Planned")
        SENDING = "sending", pgettext_lazy("posting", "Being published")
        PUBLISHED = "published", pgettext_lazy("post", "Published")
        FAILED = "failed", pgettext_lazy("post", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("posting", "Unknown")

    post = models.ForeignKey(SocialPost, on_delete=models.CASCADE, related_name="postings")
    channel = models.ForeignKey(
        Channel, verbose_name=_("account"), on_delete=models.PROTECT, related_name="postings"
    )
    text = models.TextField(_("text"), max_length=4000, blank=True)
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    state = models.CharField(max_length=9, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=200, blank=True)
    clicks = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="posting_due", condition=Q(state__in=["planned", "sending"])
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "channel"], name="posting_is_once_per_account"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}/{self.channel_id}"

    @property
    def words(self) -> str:
        return self.text or self.post.text

    @property
    def why(self) -> str:
        """Why it is not out, or may not be."""
        if self.reason == INTERRUPTED:
            return gettext("Whoever published it was interrupted.")
        if self.reason == TOO_LATE and self.state == self.State.UNKNOWN:
            return gettext("It was begun, and found too late to say it again.")
        return gettext("Too late: nothing was published.") if self.reason == TOO_LATE else self.reason
