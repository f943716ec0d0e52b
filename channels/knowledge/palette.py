"""Articles in the search box of every page."""

from collections.abc import Collection, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from channels.knowledge import searching
from channels.knowledge.models import Translation
from channels.knowledge.models.articles import TranslationQuerySet
from crm.accounts.models import User
from crm.lib import finding
from crm.lib.finding import Hit


def register() -> None:
    finding.register(
        finding.Finder(
            "articles", _("Articles"), find, ("knowledge", "view"), "knowledge:article", named, order=70
        )
    )


def find(user: User, text: str, limit: int) -> Sequence[Hit]:
    """By the words of their titles and tags, in one query: every page's search box asks."""
    tokens = searching.words_asked(text)
    if not tokens:
        return []
    rows = Translation.objects.visible_to(user).filter(heading__contains=tokens)
    return _best(rows.order_by("article_id", "pk")[: limit * len(settings.LANGUAGES)])[:limit]


def named(user: User, pks: Collection[int]) -> Sequence[Hit]:
    return _best(Translation.objects.visible_to(user).filter(article__in=list(pks)).exclude(title=""))


def _best(rows: TranslationQuerySet) -> list[Hit]:
    """Each article once, in the reader's language where it has it."""
    best: dict[int, Translation] = {}
    for one in rows.select_related("article__category"):
        if one.article_id not in best or one.language == get_language():
            best[one.article_id] = one
    return [_shown(one) for one in best.values()]


def _shown(found: Translation) -> Hit:
    address = f"{reverse('knowledge:article', args=[found.article_id])}?language={found.language}"
    return Hit(found.article_id, found.title, str(found.article.category), address, "book-open")
