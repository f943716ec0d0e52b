"""What we know, written down once: articles in both languages, each with its versions."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import User
from crm.accounts.policy import Scope


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self if user.may("knowledge", action) else self.none()


class Category(models.Model):
    """A shelf, or a part of one: two levels, so that nobody has to dig."""

    name = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], nulls_distinct=False, name="category_is_named_once"
            ),
            models.CheckConstraint(
                name="category_is_not_its_own_parent", condition=~Q(pk=models.F("parent"))
            ),
            models.CheckConstraint(name="category_has_both_names", condition=~Q(name="") & ~Q(name_en="")),
        ]

    def __str__(self) -> str:
        return self.named(get_language() or "")

    def named(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        """Who only reads sees what is published; who writes sees all, and changes what their reach says."""
        scope = user.scope("knowledge", action)
        if scope is Scope.NONE:
            return self.none()
        if action == "view" and not user.may("knowledge", "edit"):
            return self.published()
        return self if scope is Scope.ALL else self.filter(owner=user)

    def published(self) -> Self:
        shown = Version.objects.filter(translation__article=OuterRef("pk"), state=Version.State.PUBLISHED)
        return self.filter(Exists(shown))

    def due_for_review(self, today: date) -> Self:
        return self.filter(review_on__lte=today).published()


class Article(models.Model):
    """One answer. What it says stands in its translations."""

    class Audience(models.TextChoices):
        INTERNAL = "internal", pgettext_lazy("article", "Colleagues only")
        PUBLIC = "public", pgettext_lazy("article", "Everybody")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="articles"
    )
    audience = models.CharField(
        _("for whom"), max_length=8, choices=Audience, default=Audience.INTERNAL, db_index=False
    )
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    review_on = models.DateField(_("look it over on"), null=True, blank=True, db_index=True)
    reminded_on = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # When anything of it changed last: what lists are sorted by.
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, db_index=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def __str__(self) -> str:
        return self.slug

    @property
    def is_public(self) -> bool:
        return self.audience == Article.Audience.PUBLIC


class TranslationQuerySet(models.QuerySet["Translation"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(article__in=Article.objects.visible_to(user, action))

    def for_everybody(self) -> Self:
        return self.filter(article__audience=Article.Audience.PUBLIC).exclude(title="")


class Translation(models.Model):
    """An article in one language. `title` and the words are those of its published version, empty before."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=160, blank=True)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    # What search asks: the words of the title and the tags, and those of the text.
    heading = ArrayField(models.CharField(max_length=160), default=list, blank=True)
    words = ArrayField(models.CharField(max_length=160), default=list, blank=True)

    objects = TranslationQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("article", "translation")
        verbose_name_plural = pgettext_lazy("article", "translations")
        indexes = [
            GinIndex(fields=["heading"], name="translation_heading"),
            GinIndex(fields=["words"], name="translation_words"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language"], name="article_is_translated_once_per_language"
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.article_id}:{self.language}"


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        rows = self.filter(translation__article__in=Article.objects.visible_to(user, action))
        if action == "view" and not user.may("knowledge", "edit"):
            return rows.filter(state=Version.State.PUBLISHED)
        return rows

    def submitted(self) -> Self:
        return self.filter(state=Version.State.SUBMITTED)

    def published(self) -> Self:
        return self.filter(state=Version.State.PUBLISHED)

    def in_work(self) -> Self:
        return self.filter(state__in=[Version.State.DRAFT, Version.State.SUBMITTED])


class Version(models.Model):
    """What an article said, says or is to say. Once submitted it no longer changes."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("version", "Draft")
        SUBMITTED = "submitted", pgettext_lazy("version", "Waits for approval")
        PUBLISHED = "published", pgettext_lazy("version", "Published")
        ARCHIVED = "archived", pgettext_lazy("version", "Archived")

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    title = models.CharField(_("title"), max_length=160)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    body = models.TextField(_("text"), max_length=50_000)
    author = models.ForeignKey(
        User, verbose_name=_("author"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The keys of all who wrote in it: none of them approves it.
    writers = ArrayField(models.BigIntegerField(), default=list, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, verbose_name=_("decided by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What was asked for when it was sent back.
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("article", "version")
        verbose_name_plural = pgettext_lazy("article", "versions")
        constraints = [
            models.UniqueConstraint(fields=["translation", "number"], name="version_is_numbered_once"),
            models.UniqueConstraint(
                fields=["translation"],
                condition=Q(state__in=["draft", "submitted"]),
                name="version_in_work_is_one",
            ),
            models.UniqueConstraint(
                fields=["translation"], condition=Q(state="published"), name="version_published_is_one"
            ),
            models.CheckConstraint(
                name="version_submitted_has_a_moment",
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="version_published_was_decided",
                condition=~Q(state="published") | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["submitted_at"], name="version_waits", condition=Q(state="submitted")),
        ]

    def __str__(self) -> str:
        return self.title


class ImageQuerySet(models.QuerySet["Image"]):
    def visible_to(self, user: User, action: str = "view") -> Self:
        return self.filter(article__in=Article.objects.visible_to(user, action))


class Image(models.Model):
    """A picture in an article, named by its own digest."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="images")
    digest = models.CharField("SHA-256", max_length=64)
    name = models.CharField(pgettext_lazy("file", "name"), max_length=160)
    media_type = models.CharField(_("type"), max_length=20)
    size = models.PositiveIntegerField(_("size"))

    objects = ImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.UniqueConstraint(fields=["article", "digest"], name="picture_is_kept_once_per_article"),
        ]

    def __str__(self) -> str:
        return self.name
