"""Articles for tests: required fields only."""

from itertools import count
from typing import Any

from django.utils import timezone

from channels.knowledge import searching
from channels.knowledge.models import Article, Category, Playbook, Step, Translation, Version
from crm.accounts.models import User

_numbers = count(1)


def category(**fields: Any) -> Category:
    number = next(_numbers)
    return Category.objects.create(**{"name": f"类别{number}", "name_en": f"Category {number}", **fields})


def article(**fields: Any) -> Article:
    if "category" not in fields:
        fields["category"] = category()
    return Article.objects.create(**{"slug": f"article-{next(_numbers)}", **fields})


def version(of: Article, language: str = "en", **fields: Any) -> Version:
    """A draft, in a translation that is made if need be."""
    translation = Translation.objects.get_or_create(article=of, language=language)[0]
    number = translation.versions.count() + 1
    defaults = {"number": number, "title": f"Title {number}", "body": "Text"}
    return Version.objects.create(translation=translation, **{**defaults, **fields})


def published(
    title: str = "How to return goods", body: str = "Text", *, language: str = "en", **fields: Any
) -> Article:
    """A public article that everybody can read."""
    made = article(**{"audience": Article.Audience.PUBLIC, **fields})
    add(made, title, body, language)
    return made


def add(to: Article, title: str, body: str, language: str, by: User | None = None) -> Version:
    found = version(
        to,
        language,
        title=title,
        body=body,
        author=by,
        state=Version.State.PUBLISHED,
        decided_at=timezone.now(),
    )
    searching.index(found.translation, found, to.tags)
    return found


def playbook(*titles: str, **fields: Any) -> Playbook:
    made = Playbook.objects.create(**{"name": f"Playbook {next(_numbers)}", **fields})
    for position, title in enumerate(titles, 1):
        Step.objects.create(playbook=made, position=position, title=title)
    return made
