"""What service reports are made of: one narrow row per conversation, and counts of them per day."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.inbox.models import Conversation
from channels.models import Channel
from channels.reports import times
from crm.accounts.models import Team, User
from crm.accounts.policy import Scope


def reach(user: User, action: str = "view") -> Q | None:
    """Whose figures `user` sees, as a condition on `team` and `person`; None for nobody's."""
    scope = user.scope("report", action)
    if scope is Scope.NONE:
        return None
    if scope is Scope.ALL:
        return Q()
    if scope is Scope.OWN:
        return Q(person=user.pk)
    return Q(team__in=user.team_ids if scope is Scope.TEAM else user.team_tree_ids)


class FactQuerySet(models.QuerySet["Fact"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        limits = reach(user, action)
        return self.none() if limits is None else self.filter(limits)


class Fact(models.Model):
    """A conversation as reports see it. Written anew whenever the conversation changed."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="fact"
    )
    day = models.DateField(help_text="When it was opened, by the company's clock.")
    hour = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, blank=True)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    person = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    closed_on = models.DateField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    # Seconds by the clock, and those of them in which we were open.
    first_reply = models.PositiveIntegerField(null=True)
    first_reply_open = models.PositiveIntegerField(null=True)
    resolution = models.PositiveIntegerField(null=True)
    resolution_open = models.PositiveIntegerField(null=True)
    kept = models.PositiveSmallIntegerField(default=0, help_text="Promises kept.")
    missed = models.PositiveSmallIntegerField(default=0, help_text="Promises not kept.")
    has_article = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(null=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation in reports")
        verbose_name_plural = _("conversations in reports")
        indexes = [
            models.Index(fields=["day", "conversation"], name="fact_by_day"),
            models.Index(
                fields=["closed_on", "conversation"],
                name="fact_by_closing",
                condition=Q(closed_on__isnull=False),
            ),
            models.Index(fields=["team", "day", "conversation"], name="fact_by_team"),
            models.Index(fields=["person", "day", "conversation"], name="fact_by_person"),
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)

    @property
    def first_reply_words(self) -> str:
        return times.words(self.first_reply)

    @property
    def resolution_words(self) -> str:
        return times.words(self.resolution)


class Changed(models.Model):
    """A conversation that changed since its fact was written; a line for each change, so that nobody who
    writes one ever waits for the sweep."""

    access = "Keys only; read by the sweep."

    id = models.BigAutoField(primary_key=True)
    conversation_pk = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.conversation_pk)


class Tally(models.Model):
    """How many facts share what is counted, in one day and in one week or month of such days."""

    access = "Numbers only; pages narrow them to the teams a reader may see."

    class Span(models.IntegerChoices):
        DAY = 0
        WEEK = 1
        MONTH = 2

    class Measure(models.IntegerChoices):
        """`bucket` is the class of a time or the score. Of BEGUN it is the hour: only there stands the
        channel's kind, and no person."""

        OPENED = 1
        CLOSED = 2
        REOPENED = 3
        FIRST_REPLY = 4
        FIRST_REPLY_OPEN = 5
        RESOLUTION = 6
        RESOLUTION_OPEN = 7
        KEPT = 8
        MISSED = 9
        RATED = 10
        ARTICLE = 11
        ARTICLE_RESOLUTION = 12
        ARTICLE_RATED = 13
        BEGUN = 14

    id = models.BigAutoField(primary_key=True)
    span = models.PositiveSmallIntegerField(choices=Span, default=Span.DAY)
    day = models.DateField(help_text="The first one of the span.")
    measure = models.PositiveSmallIntegerField(choices=Measure)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    person = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, blank=True)
    bucket = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["span", "day", "measure"], name="tally_of_a_span")]

    def __str__(self) -> str:
        return f"{self.day}:{self.measure}"


class Refresh(models.Model):
    """How fresh the figures are: the one row of this table."""

    access = "A moment and a key only."

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # The newest conversation whose fact was written: what bulk work adds lies behind it.
    newest = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="refresh_is_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return str(self.at)


class AskingRule(models.Model):
    """That customers are asked, by itself, how a conversation over this channel was. No row: never."""

    access = "Whoever may configure channels reads it."

    channel = models.OneToOneField(
        Channel, primary_key=True, on_delete=models.CASCADE, related_name="asking_rule"
    )
    hours = models.PositiveSmallIntegerField(_("hours after it was closed"), default=24)
    days = models.PositiveSmallIntegerField(_("days until one is asked again"), default=30)
    # Nobody is asked about what was closed before.
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("automatic request for a rating")
        verbose_name_plural = _("automatic requests for ratings")
        constraints = [
            models.CheckConstraint(
                name="asking_rule_is_within_reason",
                condition=Q(hours__range=(1, 168)) & Q(days__range=(1, 365)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.channel_id)


class Asking(models.Model):
    """What was decided about asking for a rating by itself: once for each conversation, whatever happens."""

    class Outcome(models.TextChoices):
        ASKED = "asked", pgettext_lazy("rating", "Asked")
        LATELY = "lately", _("Was asked a short time ago")
        CLOSED = "closed", _("Cannot be written to now")
        REFUSED = "refused", _("May not be written to")
        MACHINE = "machine", _("A machine writes from there")

    access = "Keys and an outcome; read by the sweep and counted for whoever may configure channels."

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="asking"
    )
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("decision about asking for a rating")
        verbose_name_plural = _("decisions about asking for a rating")

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.outcome}"


class RatingQuerySet(models.QuerySet["Rating"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user, action))


class Rating(models.Model):
    """How a customer found a conversation: asked by a link of its own, said once."""

    conversation = models.OneToOneField(
        Conversation, primary_key=True, on_delete=models.CASCADE, related_name="rating"
    )
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    at = models.DateTimeField(_("answered"), null=True, db_index=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.CheckConstraint(name="rating_is_from_one_to_five", condition=Q(score__range=(1, 5))),
            models.CheckConstraint(
                name="rating_has_its_moment",
                condition=Q(score=None, at=None) | Q(score__isnull=False, at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.score}"
