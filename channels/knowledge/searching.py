"""Finding an article by whatever somebody remembers of it, or by the words of a customer's question.

The words of a published translation are written down once, as customers are: two characters in a row, the
beginning of a word, for headings also pinyin and initials. A question asks a GIN index which articles hold
some of its words; those are ranked by how rare the words are and where they stand. Every hit says its words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from typing import Any

from django.db import connection

from channels.knowledge import markup
from channels.knowledge.models import Translation, Version
from channels.knowledge.models.articles import TranslationQuerySet
from customers import search

LONGEST_QUESTION = 400
MOST_TOKENS = 60
CANDIDATES = 200
IN_HEADING, IN_TEXT, UNKNOWN = 3.0, 1.0, 0.5
# An article in the reader's language is better than the same words in another.
ELSEWHERE = 0.8
# So much of the question's weight an article must hold.
ENOUGH, ENOUGH_TO_SUGGEST = 0.45, 0.16
LEAST_TO_SUGGEST = 2.2
# Words that stand in every question and tell nothing.
SAID_ANYWAY = """
    the and for you are was have has had can could how what when where who why does did this that with from
    my your our please thanks thank hello hi not any there will would should is it in on of to me do be or an
    at as get want need
    请问 你好 您好 我的 你们 怎么 什么 可以 能不 不能 谢谢 一下 这个 那个 我想 想问 问一 多少 如何 有没
    没有 是不 不是 们的 么办 时候 吗谢 好我 的问
"""
EMPTY = frozenset(SAID_ANYWAY.split())
NUMBER = re.compile(r"\d{4,}")

RANKED = """
    SELECT translation.id,
           ARRAY(SELECT unnest(heading) INTERSECT SELECT unnest(%(asked)s::text[])) AS in_heading,
           ARRAY(SELECT unnest(words) INTERSECT SELECT unnest(%(asked)s::text[])) AS in_text
    FROM knowledge_translation AS translation
    WHERE translation.id = ANY(%(candidates)s)
"""
# How many translations hold each word, and how many there are.
HOLDERS = """
    SELECT token, (SELECT count(*) FROM knowledge_translation
                   WHERE heading @> ARRAY[token]::varchar[] OR words @> ARRAY[token]::varchar[])
    FROM unnest(%(asked)s::text[]) AS asked(token)
"""


@dataclass(frozen=True)
class Hit:
    translation: Translation
    score: float
    # The words of the question that were met, as they were written.
    words: tuple[str, ...]


def index(translation: Translation, version: Version | None, tags: Iterable[str]) -> None:
    """Writes down what the translation can be found by; nothing when it is not published."""
    translation.title = version.title if version else ""
    translation.summary = version.summary if version else ""
    translation.heading = search.tokens(version.title, texts=tags) if version else []
    translation.words = _words_of(version) if version else []
    translation.save(update_fields=["title", "summary", "heading", "words"])


def find(
    rows: TranslationQuerySet, text: str, *, language: str, limit: int = 20, suggest: bool = False
) -> list[Hit]:
    """The best articles among `rows`, each in one language."""
    tokens = words_asked(text, whole=not suggest)
    if not tokens:
        return []
    candidates = _holding(rows, tokens)
    weights = _weights(tokens)
    total = sum(weights.values())
    # Where there are few articles, no word is rare.
    least = min(LEAST_TO_SUGGEST, 2 * max(weights.values()))
    found = []
    for pk, in_heading, in_text in _ranked(tokens, candidates):
        score, met = _judge(weights, set(in_heading), set(in_text))
        weight = sum(weights[token] for token in met)
        if weight >= (max(least, ENOUGH_TO_SUGGEST * total) if suggest else ENOUGH * total):
            found.append((score, pk, met))
    return _best(found, text, language, limit)


def _holding(rows: TranslationQuerySet, tokens: Sequence[str]) -> list[int]:
    by_heading = rows.filter(heading__overlap=list(tokens)).order_by().values_list("pk", flat=True)
    by_words = rows.filter(words__overlap=list(tokens)).order_by().values_list("pk", flat=True)
    return list(by_heading[:CANDIDATES].union(by_words[:CANDIDATES]))


def _ranked(tokens: list[str], candidates: list[int]) -> list[tuple[int, list[str], list[str]]]:
    return _rows(RANKED, {"asked": tokens, "candidates": candidates}) if candidates else []


def _weights(tokens: list[str]) -> dict[str, float]:
    """Rare words tell more; one that nothing holds, such as half of two words, hardly counts as asked for."""
    everything = Translation.objects.exclude(title="").count()
    holders = dict(_rows(HOLDERS, {"asked": tokens}))
    return {
        token: log(1 + (everything + 1) / (1 + holders[token])) if holders[token] else UNKNOWN
        for token in tokens
    }


def _judge(weights: dict[str, float], heading: set[str], text: set[str]) -> tuple[float, set[str]]:
    met = heading | text
    score = sum(weights[token] * (IN_HEADING if token in heading else IN_TEXT) for token in met)
    return score, met


def _best(found: list[tuple[float, int, set[str]]], text: str, language: str, limit: int) -> list[Hit]:
    known = Translation.objects.select_related("article__category").in_bulk(
        [pk for _score, pk, _met in found]
    )
    best: dict[int, Hit] = {}
    for score, pk, met in found:
        translation = known[pk]
        # Two translations share few words but names and numbers; the reader's own language wins.
        score *= 1 if translation.language == language else ELSEWHERE
        hit = Hit(translation, score, _written(text, met))
        if score > (best[translation.article_id].score if translation.article_id in best else 0):
            best[translation.article_id] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.translation.pk))[:limit]


def words_asked(text: str, *, whole: bool = True) -> list[str]:
    """The words to look for. `whole`: a search, where all words count."""
    found: list[str] = []
    for word, ideographic in search.runs(text[:LONGEST_QUESTION]):
        if ideographic:
            pieces = [word[place : place + 2] for place in range(len(word) - 1)] or [word]
            found += [piece for piece in pieces if whole or piece not in EMPTY]
        elif len(word) > 1 and word not in EMPTY and not NUMBER.fullmatch(word):
            found.append(word[: search.LONGEST_BEGINNING])
    return list(dict.fromkeys(found))[:MOST_TOKENS]


def _words_of(version: Version) -> list[str]:
    """Pairs of characters and beginnings of words of the text: pinyin is for headings."""
    found: set[str] = set()
    for word, ideographic in search.runs(f"{version.summary} {markup.plain(version.body)}"):
        if ideographic:
            found.update(word[place : place + 2] for place in range(len(word) - 1))
        else:
            found.update(search.beginnings(word[:100]))
    return sorted(found)


def _written(text: str, met: set[str]) -> tuple[str, ...]:
    """The words that were met as the question has them: pairs that follow each other are one word again."""
    said: list[str] = []
    for word, ideographic in search.runs(text[:LONGEST_QUESTION]):
        if ideographic:
            said += _joined(word, met)
        elif word[: search.LONGEST_BEGINNING] in met:
            said.append(word)
    return tuple(dict.fromkeys(said))


def _joined(word: str, met: set[str]) -> list[str]:
    held = [word[place : place + 2] in met for place in range(max(1, len(word) - 1))]
    pieces = []
    for is_held, places in groupby(range(len(held)), key=lambda place: held[place]):
        if is_held:
            run = list(places)
            pieces.append(word[run[0] : run[-1] + 2])
    return pieces


def _rows(sql: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
