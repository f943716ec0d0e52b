"""Playbooks: what to do, step by step, in one kind of conversation."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.inbox.models import Conversation
from channels.knowledge.models.articles import Article
from crm.accounts.models import User


class PlaybookQuerySet(models.QuerySet["Playbook"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("knowledge", action) else self.none()

    def active(self) -> Self:
        return self.filter(is_active=True)


class Playbook(models.Model):
    """Steps for a kind of conversation, offered where its tags or words are met."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    about = models.CharField(_("what for"), max_length=200, blank=True)
    words = ArrayField(
        models.CharField(max_length=30),
        verbose_name=_("words"),
        default=list,
        blank=True,
        help_text=_("It is offered when the customer uses one of them. Commas between them."),
    )
    tags = ArrayField(
        models.CharField(max_length=50),
        verbose_name=_("tags"),
        default=list,
        blank=True,
        help_text=_("It is offered in conversations with one of these tags. Commas between them."),
    )
    is_active = models.BooleanField(_("in use"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = PlaybookQuerySet.as_manager()

    class Meta:
        verbose_name = _("playbook")
        verbose_name_plural = _("playbooks")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class StepQuerySet(models.QuerySet["Step"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(playbook__in=Playbook.objects.visible_to(user, action))


class Step(models.Model):
    """One thing to do. Who drops it from the playbook keeps it where it was ticked."""

    playbook = models.ForeignKey(Playbook, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("what to do"), max_length=160)
    text = models.TextField(_("how"), max_length=2000, blank=True)
    reply = models.TextField(
        _("text to insert"), max_length=4000, blank=True, help_text=_("Put into the reply at a click.")
    )
    article = models.ForeignKey(
        Article, verbose_name=_("article"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    url = models.URLField(_("link"), blank=True)
    asks_for = models.CharField(
        _("to be filled in"), max_length=80, blank=True, help_text=_("Such as the order number.")
    )
    is_dropped = models.BooleanField(default=False, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("playbook", "step")
        verbose_name_plural = pgettext_lazy("playbook", "steps")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.title


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user, action))


class Run(models.Model):
    """A playbook that was begun in a conversation."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="playbook_runs", db_index=False
    )
    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="runs")
    started_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    started_at = models.DateTimeField(_("begun"), default=timezone.now)
    finished_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("playbook", "run")
        verbose_name_plural = pgettext_lazy("playbook", "runs")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "playbook"], name="playbook_is_begun_once"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}:{self.playbook_id}"


class Tick(models.Model):
    """A step that was done: by whom, when, and what was filled in."""

    access = "Read only through its run."

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="ticks")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="ticks", db_index=False)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("playbook", "tick")
        verbose_name_plural = pgettext_lazy("playbook", "ticks")
        constraints = [
            models.UniqueConstraint(fields=["run", "step"], name="step_is_ticked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.step_id}"
