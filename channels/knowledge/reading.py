"""What pages show of articles, loaded together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language

from channels.knowledge import markup, pictures, services
from channels.knowledge.forms import shelves
from channels.knowledge.models import Article, Category, Translation, Version
from crm.accounts.models import User

LANGUAGES = dict(settings.LANGUAGES)
State = Version.State


@dataclass(frozen=True)
class Line:
    """One article in a list, with how far each language is."""

    article: Article
    title: str
    summary: str
    languages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    article: Article
    language: str
    translation: Translation | None
    version: Version | None
    draft: Version | None
    languages: tuple[tuple[str, str, str], ...]

    def context(self, user: User) -> dict[str, Any]:
        rows = Version.objects.visible_to(user).filter(translation=self.translation)
        history = rows.select_related("author", "decided_by").order_by("-number")[:50]
        return {
            "language": self.language,
            "translation": self.translation,
            "version": self.version,
            "draft": self.draft,
            "languages": self.languages,
            "html": markup.render(self.version.body, pictures=pictures.staff()) if self.version else "",
            "history": history if self.translation else (),
        }


def may(user: User) -> dict[str, bool]:
    return {action: user.may("knowledge", action) for action in ("create", "edit", "approve")}


def may_approve(version: Version, user: User) -> bool:
    return services.may_approve(version, user)


def choices(user: User) -> list[tuple[Any, Any]]:
    return shelves(Category.objects.visible_to(user))[1:]


def lines(user: User, articles: Sequence[Article]) -> list[Line]:
    """In one query for all: titles in the reader's language where there are any."""
    rows = Version.objects.visible_to(user).filter(translation__article__in=articles)
    live = rows.exclude(state=State.ARCHIVED).select_related("translation").order_by("pk")
    versions: dict[int, list[Version]] = {}
    for version in live:
        versions.setdefault(version.translation.article_id, []).append(version)
    return [_line(one, versions.get(one.pk, [])) for one in articles]


def _line(article: Article, versions: list[Version]) -> Line:
    best = _best(versions)
    states = [(one.translation.language, one.state) for one in versions]
    return Line(
        article, best.title if best else article.slug, best.summary if best else "", tuple(sorted(states))
    )


def _best(versions: Iterable[Version]) -> Version | None:
    """In the reader's language before another, published before a draft."""
    mine = get_language()
    ranked = sorted(
        versions, key=lambda one: (one.translation.language != mine, one.state != State.PUBLISHED)
    )
    return ranked[0] if ranked else None


def title_of(article: Article) -> str:
    versions = Version.objects.filter(translation__article=article).exclude(state=State.ARCHIVED)
    best = _best(versions.select_related("translation"))
    return best.title if best else article.slug


def shown(article: Article, user: User, wanted: str) -> Shown:
    rows = Version.objects.visible_to(user).filter(translation__article=article)
    versions = list(rows.exclude(state=State.ARCHIVED).select_related("translation", "author"))
    translations = {one.language: one for one in article.translations.all()}
    language = _language(wanted, versions, translations)
    mine = [one for one in versions if one.translation.language == language]
    published = next((one for one in mine if one.state == State.PUBLISHED), None)
    draft = next((one for one in mine if one.state != State.PUBLISHED), None)
    states = {one.translation.language: one.get_state_display() for one in versions}
    return Shown(
        article,
        language,
        translations.get(language),
        published or draft,
        draft,
        tuple((code, str(name), states.get(code, "")) for code, name in LANGUAGES.items()),
    )


def _language(wanted: str, versions: list[Version], translations: dict[str, Translation]) -> str:
    if wanted in LANGUAGES:
        return wanted
    mine = get_language() or settings.LANGUAGE_CODE
    best = _best(versions)
    return mine if mine in translations else best.translation.language if best else mine


def public_address(article: Article, language: str) -> str:
    """Where everybody reads it; empty when they do not."""
    live = article.translations.filter(language=language).exclude(title="").exists()
    return reverse("help:article", args=[language, article.slug]) if article.is_public and live else ""
