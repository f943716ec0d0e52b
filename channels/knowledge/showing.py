"""What the help pages list. Published, public, in one language: nothing else gets here."""

from dataclasses import dataclass

from channels.knowledge.models import Article, Category, Translation

BESIDE = 5


@dataclass(frozen=True)
class Shelf:
    category: Category
    name: str
    articles: tuple[Translation, ...]
    parts: tuple["Shelf", ...] = ()

    @property
    def number(self) -> int:
        return len(self.articles) + sum(part.number for part in self.parts)


def shelves(language: str, pk: int | None = None) -> list[Shelf]:
    """The upper categories with their parts, with `pk` also those parts; empty ones are left out."""
    every = list(Category.objects.all())
    shown = Translation.objects.for_everybody().filter(language=language).select_related("article")
    by_category: dict[int, list[Translation]] = {}
    for one in shown.order_by("title"):
        by_category.setdefault(one.article.category_id, []).append(one)
    parts = {
        one.pk: Shelf(one, one.named(language), tuple(by_category.get(one.pk, ())))
        for one in every
        if one.parent_id
    }
    uppers = [
        Shelf(
            one,
            one.named(language),
            tuple(by_category.get(one.pk, ())),
            tuple(parts[part.pk] for part in every if part.parent_id == one.pk and parts[part.pk].number),
        )
        for one in every
        if not one.parent_id
    ]
    found = [*uppers, *parts.values()] if pk else uppers
    return [shelf for shelf in found if shelf.number]


def beside(article: Article, language: str) -> list[Translation]:
    """Others on the same shelf."""
    rows = Translation.objects.for_everybody().filter(
        language=language, article__category=article.category_id
    )
    return list(rows.exclude(article=article).select_related("article").order_by("title")[:BESIDE])
