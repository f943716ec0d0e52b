"""What colleagues leave at a conversation: how far they read, what they typed, what they say often."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.inbox.models.conversation import Conversation
from channels.models import Channel
from crm.accounts.models import Team, User
from crm.accounts.policy import Scope


class Glance(models.Model):
    """How far somebody has read a conversation."""

    access = "Read only by the colleague whose glance it was."

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="glances")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    last = models.BigIntegerField(default=0, help_text="The newest message that was shown.")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("glance")
        verbose_name_plural = _("glances")
        constraints = [
            models.UniqueConstraint(fields=["user", "conversation"], name="glance_is_one_per_colleague"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.conversation_id}"


class Draft(models.Model):
    """What somebody has typed and not sent yet."""

    access = "Read only by the colleague who typed it."

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_note = models.BooleanField(default=False)
    channel = models.ForeignKey(Channel, null=True, on_delete=models.SET_NULL, related_name="+")
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "conversation", "is_note"], name="draft_is_one_per_colleague"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.conversation_id}"


class TrustedSender(models.Model):
    """Somebody whose mails show the pictures of other hosts to a colleague without being asked each time."""

    access = "Read only by the colleague who trusts; names nobody."

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    digest = models.BigIntegerField(help_text="Of the sender's address.")

    class Meta:
        verbose_name = _("trusted sender")
        verbose_name_plural = _("trusted senders")
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="sender_is_trusted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.digest}"


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Everybody's, and those of departments one belongs to. Whoever sees all conversations sees all."""
        scope = user.scope("conversation", action)
        if scope is Scope.NONE:
            return self.none()
        if scope is Scope.ALL:
            return self
        return self.filter(Q(team=None) | Q(team__in={*user.team_tree_ids, *user.teams_above_ids}))


class CannedReply(models.Model):
    """Words that are said often."""

    id = models.BigAutoField(primary_key=True)
    title = models.CharField(_("title"), max_length=100)
    shortcut = models.SlugField(
        _("shortcut"), max_length=30, blank=True, help_text=_("Typed after a slash to find it at once.")
    )
    text = models.TextField(_("text"), max_length=5000)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    team = models.ForeignKey(
        Team,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: for everybody."),
    )
    used = models.PositiveIntegerField(_("used"), default=0, editable=False)
    by = models.ForeignKey(
        User, verbose_name=_("who"), null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        constraints = [
            models.UniqueConstraint(
                fields=["shortcut", "team"],
                condition=~Q(shortcut=""),
                nulls_distinct=False,
                name="canned_shortcut_is_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.title
