"""How articles are used, counted so that nobody who read or searched can be told from it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.inbox.models import Conversation
from channels.knowledge.models.articles import Article
from crm.accounts.models import User


class ArticleDay(models.Model):
    """What happened to one article on one day in one language."""

    access = "Numbers only; read through the article."

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="days", db_index=False)
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)
    helpful = models.PositiveIntegerField(default=0)
    unhelpful = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("day of an article")
        verbose_name_plural = _("days of articles")
        indexes = [models.Index(fields=["day"], name="article_day_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["article", "language", "day"], name="article_day_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}:{self.day}"


class InsertionQuerySet(models.QuerySet["Insertion"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(conversation__in=Conversation.objects.visible_to(user, action))


class Insertion(models.Model):
    """An article that was used in a conversation, once however often it was put into the reply."""

    id = models.BigAutoField(primary_key=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="insertions", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="insertions")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    times = models.PositiveSmallIntegerField(default=1)

    objects = InsertionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("article", "insertion")
        verbose_name_plural = pgettext_lazy("article", "insertions")
        indexes = [models.Index(fields=["at"], name="insertion_by_moment")]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "conversation"], name="insertion_counts_once_per_conversation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}:{self.conversation_id}"


class MissedSearchQuerySet(models.QuerySet["MissedSearch"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("knowledge", "edit") else self.none()


class MissedSearch(models.Model):
    """Words somebody searched for in vain: what should be written next."""

    class Place(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("search", "Help pages")
        STAFF = "staff", pgettext_lazy("search", "Colleagues")

    id = models.BigAutoField(primary_key=True)
    words = models.CharField(_("words"), max_length=40)
    language = models.CharField(_("language"), max_length=10)
    place = models.CharField(_("where"), max_length=6, choices=Place)
    day = models.DateField(_("day"))
    times = models.PositiveIntegerField(_("how often"), default=1)

    objects = MissedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search in vain")
        verbose_name_plural = _("searches in vain")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "words", "language", "place"], name="missed_search_is_counted_per_day"
            ),
            models.CheckConstraint(name="missed_search_has_words", condition=~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words
