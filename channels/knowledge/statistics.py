"""How articles are used in a period."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.knowledge import reading
from channels.knowledge.models import Article, ArticleDay, Insertion, MissedSearch
from crm.accounts.models import User

PERIODS = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("12 months")))
NOTHING = (0, 0, 0)
USUAL, MOST_SHOWN, MOST_MISSED = 30, 200, 30


@dataclass(frozen=True)
class Use:
    line: reading.Line
    views: int
    helpful: int
    unhelpful: int
    insertions: int

    @property
    def rate(self) -> float | None:
        said = self.helpful + self.unhelpful
        return self.helpful / said if said else None

    @property
    def said(self) -> int:
        return self.helpful + self.unhelpful


def days_of(text: str) -> int:
    return int(text) if text.isdecimal() and int(text[:4]) in dict(PERIODS) else USUAL


def since(days: int) -> date:
    return timezone.localdate() - timedelta(days=days - 1)


def articles(user: User, days: int) -> list[Use]:
    """The most used first."""
    first = since(days)
    read = ArticleDay.objects.filter(day__gte=first).values("article").order_by()
    counts = {
        row["article"]: (row["seen"], row["yes"], row["no"])
        for row in read.annotate(seen=Sum("views"), yes=Sum("helpful"), no=Sum("unhelpful"))
    }
    moment = timezone.now() - timedelta(days=days)
    used = Insertion.objects.filter(at__gte=moment).values("article").order_by()
    insertions = {row["article"]: row["number"] for row in used.annotate(number=Count("pk"))}
    wanted = sorted(
        {*counts, *insertions},
        key=lambda pk: (-insertions.get(pk, 0), -counts.get(pk, NOTHING)[0], pk),
    )[:MOST_SHOWN]
    shown = Article.objects.visible_to(user).filter(pk__in=wanted).select_related("category")
    known = {line.article.pk: line for line in reading.lines(user, list(shown))}
    return [Use(known[pk], *counts.get(pk, NOTHING), insertions.get(pk, 0)) for pk in wanted if pk in known]


def missed(user: User, days: int) -> list[Any]:
    """What was searched for in vain most often: what to write next."""
    rows = MissedSearch.objects.visible_to(user).filter(day__gte=since(days))
    found = (
        rows.values("words", "language", "place").annotate(number=Sum("times")).order_by("-number", "words")
    )
    return list(found[:MOST_MISSED])
