"""Conversations: what a customer and we say to each other, whatever the channel, in one stream."""

from functools import reduce
from operator import or_
from typing import Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.direct.models import DirectMessage
from channels.models import Channel
from crm.accounts.models import Team, User
from crm.accounts.policy import Scope
from crm.lib import lookups  # noqa: F401 - registers any_of
from customers.models import Customer


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Those that are with `user` or their teams, those where they were named, and those of customers whom
        they may see."""
        scope = user.scope("conversation", action)
        if scope is Scope.ALL:
            return self.present()
        if scope is Scope.NONE:
            return self.none()
        # Asked row by row: an IN inside of an OR would read all customers first.
        seen = Customer.objects.visible_to(user).filter(pk=OuterRef("customer_id"))
        parts = [Q(assignee=user), Q(Exists(seen))]
        if action == "view":
            parts.append(Q(pk__in=Mention.objects.filter(user=user).values("conversation")))
        if scope is Scope.TEAM:
            parts.append(Q(team__in=user.team_ids))
        elif scope is Scope.TEAM_TREE:
            parts.append(Q(team__in=user.team_tree_ids))
        return self.present().filter(reduce(or_, parts))

    def present(self) -> Self:
        """Those of customers who are not in the bin."""
        return self.filter(customer__deleted_at=None)

    def open(self) -> Self:
        return self.exclude(status=Conversation.Status.CLOSED)


class Conversation(models.Model):
    """One matter we talk about with one customer, over as many channels as they like.

    A customer has one open main conversation at most: whatever they say next, anywhere, joins it. What was
    split off goes on beside it and is found by the messages it answers.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("conversation", "Open")
        PENDING = "pending", pgettext_lazy("conversation", "Waiting for the customer")
        SNOOZED = "snoozed", pgettext_lazy("conversation", "Snoozed")
        CLOSED = "closed", pgettext_lazy("conversation", "Closed")

    class Priority(models.IntegerChoices):
        LOW = 1, pgettext_lazy("priority", "Low")
        NORMAL = 2, pgettext_lazy("priority", "Normal")
        HIGH = 3, pgettext_lazy("priority", "High")
        URGENT = 4, pgettext_lazy("priority", "Urgent")

    class Reason(models.TextChoices):
        """Why it was closed."""

        SOLVED = "solved", pgettext_lazy("conversation", "Solved")
        NO_ANSWER = "no_answer", pgettext_lazy("conversation", "The customer did not answer")
        DUPLICATE = "duplicate", pgettext_lazy("conversation", "Belongs to another conversation")
        SPAM = "spam", pgettext_lazy("conversation", "Unwanted mail")
        OTHER = "other", pgettext_lazy("conversation", "Another reason")

    id = models.BigAutoField(primary_key=True)
    token = models.UUIDField(default=uuid4, unique=True, editable=False, help_text="Names it to strangers.")
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="conversations", db_index=False
    )
    # Several people share the handle this came from: somebody has to say who it is.
    is_unsure = models.BooleanField(_("who is this?"), default=False)
    is_main = models.BooleanField(default=True, editable=False)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    channel = models.ForeignKey(
        Channel,
        verbose_name=_("channel"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Over which the customer spoke last.",
    )
    # The channel's kind, for lists and reports.
    kind = models.CharField(_("kind"), max_length=10, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    team = models.ForeignKey(
        Team, verbose_name=_("department"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    assignee = models.ForeignKey(
        User,
        verbose_name=_("assignee"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="conversations",
        db_index=False,
    )
    assigned_because = models.CharField(_("why they"), max_length=200, blank=True)
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    # The last message of either side: what queues are sorted by.
    last_at = models.DateTimeField(_("last message"), default=timezone.now)
    last_in_at = models.DateTimeField(null=True, blank=True)
    preview = models.CharField(max_length=200, blank=True, help_text="The beginning of the last message.")
    # Since when the customer waits for us; empty when it is their turn.
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    first_reply_at = models.DateTimeField(_("first reply"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_because = models.CharField(_("why closed"), max_length=10, choices=Reason, blank=True)
    reopened = models.PositiveSmallIntegerField(_("reopened"), default=0)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged"
    )
    split_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="splits"
    )

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            models.Index(fields=["customer", "-last_at", "-id"], name="conversation_of_a_customer"),
            models.Index(fields=["-last_at", "-id"], name="conversation_open", condition=~Q(status="closed")),
            models.Index(fields=["status", "-last_at", "-id"], name="conversation_by_status"),
            models.Index(
                fields=["team", "-last_at", "-id"],
                name="conversation_of_nobody",
                condition=Q(status="open", assignee=None),
            ),
            models.Index(
                fields=["assignee", "-last_at", "-id"],
                name="conversation_of_a_person",
                condition=~Q(status="closed"),
            ),
            models.Index(
                fields=["team", "-last_at", "-id"],
                name="conversation_of_a_team",
                condition=~Q(status="closed"),
            ),
            models.Index(
                fields=["assignee", "-last_at", "-id"],
                name="conversation_was_a_persons",
                condition=Q(status="closed"),
            ),
            models.Index(
                fields=["team", "-last_at", "-id"],
                name="conversation_was_a_teams",
                condition=Q(status="closed"),
            ),
            models.Index(
                OpClass(Lower("subject"), name="text_pattern_ops"),
                name="conversation_by_subject",
                condition=~Q(subject=""),
            ),
            models.Index(
                fields=["snoozed_until"], name="conversation_snoozed", condition=Q(status="snoozed")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(is_main=True) & ~Q(status="closed"),
                name="conversation_is_one_per_customer",
            ),
            models.CheckConstraint(
                name="conversation_snoozed_has_an_end",
                condition=~Q(status="snoozed") | Q(snoozed_until__isnull=False),
            ),
            models.CheckConstraint(
                name="conversation_closed_has_a_moment_and_a_reason",
                condition=~Q(status="closed") | Q(closed_at__isnull=False) & ~Q(closed_because=""),
            ),
            models.CheckConstraint(
                name="conversation_is_not_merged_into_itself", condition=~Q(pk=models.F("merged_into"))
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"#{self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user, action))


class Message(models.Model):
    """One thing that was said in a conversation: by the customer, by us, among us, by the system."""

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("To the customer")
        NOTE = "note", _("Internal note")
        SYSTEM = "system", pgettext_lazy("message", "System")

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    direction = models.CharField(_("direction"), max_length=6, choices=Direction)
    channel = models.ForeignKey(
        Channel, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    author = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # The handle it came from or goes to.
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True, help_text="Cleaned; shown in a frame of its own.")
    at = models.DateTimeField(_("when"), default=timezone.now)
    # The provider's id; empty for what has none.
    external_id = models.CharField(max_length=255, blank=True)
    # The browser's id of what it sent, so that sending twice says it once.
    client_token = models.CharField(max_length=64, blank=True)
    delivery = models.OneToOneField(
        DirectMessage, null=True, blank=True, on_delete=models.SET_NULL, related_name="message"
    )
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    failed = models.CharField(_("failed"), max_length=200, blank=True)
    is_automatic = models.BooleanField(_("automatic"), default=False)
    # What a system message tells, by kind; mentions of a note; the form's page…
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    data = models.JSONField(default=dict)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [models.Index(fields=["conversation", "id"], name="message_of_a_conversation")]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"],
                condition=~Q(external_id=""),
                name="message_comes_once",
            ),
            models.UniqueConstraint(
                fields=["conversation", "client_token"],
                condition=~Q(client_token=""),
                name="message_is_said_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction}:{self.pk}"


class Reference(models.Model):
    """An id that a message carries or answers, hashed, so that what belongs together meets."""

    access = "Read only through its message."

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="references")
    digest = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "digest"], name="reference_is_kept_once"),
        ]

    def __str__(self) -> str:
        return str(self.digest)


class EnclosureQuerySet(models.QuerySet["Enclosure"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(message__in=Message.objects.visible_to(user, action))


class Enclosure(models.Model):
    """A file that came or goes with a message. Named in storage by its own digest, so kept once."""

    class State(models.TextChoices):
        KEPT = "kept", pgettext_lazy("file", "Here")
        WAITING = "waiting", pgettext_lazy("file", "Being fetched")
        LOST = "lost", pgettext_lazy("file", "Could not be fetched")

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="enclosures")
    name = models.CharField(pgettext_lazy("file", "name"), max_length=160)
    media_type = models.CharField(_("type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("size"), default=0)
    digest = models.CharField("SHA-256", max_length=64, blank=True)
    content_id = models.CharField(max_length=255, blank=True)
    reference = models.CharField(max_length=1000, blank=True, help_text="How the provider hands it out.")
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.KEPT)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    objects = EnclosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")
        indexes = [
            models.Index(fields=["due_at"], name="enclosure_waiting", condition=Q(state="waiting")),
            models.Index(fields=["digest"], name="enclosure_by_digest", condition=~Q(digest="")),
        ]
        constraints = [
            models.CheckConstraint(
                name="enclosure_that_is_here_has_a_digest", condition=~Q(state="kept") | ~Q(digest="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MentionQuerySet(models.QuerySet["Mention"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(user=user)


class Mention(models.Model):
    """A colleague who was named in a note and has not answered yet."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="mentions")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, verbose_name=_("colleague"), on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        indexes = [
            models.Index(fields=["user", "-id"], name="mention_unseen", condition=Q(seen_at=None)),
        ]
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mention_is_told_once")]

    def __str__(self) -> str:
        return f"{self.message_id}:{self.user_id}"
