"""Counting how articles are used: one statement each, so that nobody waits and nothing is lost."""

import re

from django.db import connection
from django.utils import timezone

from channels.inbox.models import Conversation
from channels.knowledge.models import Article, MissedSearch
from crm.accounts.models import User
from customers import search

COLUMNS = ("views", "helpful", "unhelpful")
# Whoever types such things looks for themselves, not for an article.
PERSONAL = re.compile(r"@|\d{5,}")

DAY = """
    INSERT INTO knowledge_articleday (article_id, language, day, views, helpful, unhelpful)
    VALUES (%(article)s, %(language)s, %(day)s, %(views)s, %(helpful)s, %(unhelpful)s)
    ON CONFLICT (article_id, language, day) DO UPDATE SET
        views = knowledge_articleday.views + excluded.views,
        helpful = knowledge_articleday.helpful + excluded.helpful,
        unhelpful = knowledge_articleday.unhelpful + excluded.unhelpful
"""
INSERTION = """
    INSERT INTO knowledge_insertion (article_id, conversation_id, by_id, at, times)
    VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (article_id, conversation_id) DO UPDATE SET
        times = least(knowledge_insertion.times + 1, 1000)
"""
MISSED = """
    INSERT INTO knowledge_missedsearch (words, language, place, day, times) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT (day, words, language, place) DO UPDATE SET times = knowledge_missedsearch.times + 1
"""
# A visitor of bad will may fill no more of a day than this.
MOST_MISSED = 500


def count(article_pk: int, language: str, what: str) -> None:
    """One more of `views`, `helpful` or `unhelpful`."""
    numbers = {column: int(column == what) for column in COLUMNS}
    _do(DAY, {"article": article_pk, "language": language, "day": timezone.localdate(), **numbers})


def inserted(article: Article, conversation: Conversation, *, by: User) -> None:
    _do(INSERTION, [article.pk, conversation.pk, by.pk, timezone.now()])


def missed(text: str, language: str, place: MissedSearch.Place) -> None:
    """Keeps the words of a search that found nothing, unless they may tell of a person."""
    words = " ".join(word for word, _ideographic in search.runs(text))[:40].strip()
    today = timezone.localdate()
    if len(words) < 2 or PERSONAL.search(text):
        return
    if MissedSearch.objects.filter(day=today)[:MOST_MISSED].count() < MOST_MISSED:
        _do(MISSED, [words, language, place.value, today])


def _do(sql: str, values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # type: ignore[arg-type]
