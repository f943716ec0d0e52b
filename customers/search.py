"""Finding a customer by whatever somebody remembers of them.

A customer is found by two characters in a row, the beginning of a word, the beginning of the pinyin or of its
initials, traditional characters for simplified ones and the other way round, the last digits of a phone or
card number, or the beginning of an e-mail address. `tokens` writes those down once, when a customer is saved
or imported; a search asks a GIN index which rows hold all the tokens of the question.

Every distinct token costs a place in the index, so what is different for each customer is kept only in part:
words by each beginning of 2 to 8 letters, numbers by their last 4 digits. A longer question finds few rows
by that part and compares them with the whole words, and with what their identities say.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Func,
    IntegerField,
    Lookup,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.functions import Lower
from django.db.models.sql.compiler import SQLCompiler

from customers import commonness, hanzi
from customers.identity.models import Identity
from customers.models import Customer, CustomerQuerySet

LONGEST_BEGINNING = 8
LENGTHS = range(2, LONGEST_BEGINNING + 1)
TAIL = 4
# Sorting by relevance looks at no more rows than this; who has more hits types another letter.
CANDIDATES = 1000
# Of what many customers hold, so many times as many as wanted are looked at among the latest active.
SPARE = 3
LONGEST_WALK = 2500
# What is done to many customers at once takes no longer.
AT_ONCE = timedelta(hours=1)
KEYS: ArrayField[Any, Any] = ArrayField(BigIntegerField())
INDEXED, PLAINLY = "document__tokens__contains", "document__tokens__plainly_contains"
# A question longer than this is somebody pasting a page.
LONGEST_QUESTION = 100
# A number with more digits than this may carry the zeros with which it is dialled.
PHONE = 8
# Pinyin of more characters than this is never typed.
LONGEST_READING = 20
# Longer runs of ideographs are companies; people's names are also held by each character and given name.
SHORT_RUN = 4

# Scripts written without spaces, whose characters are taken in pairs: kana, Chinese, Hangul.
IDEOGRAPHS = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
RUNS = re.compile(f"([{IDEOGRAPHS}]+)|[^\\W_{IDEOGRAPHS}]+")
PLAIN = re.compile("[\u4e00-\u9fff]+")
NO_DIGIT = re.compile("[^0-9]")
# An identity without what people put between the digits of a number.
PLAIN_VALUE = Func(
    Lower("value"),
    Value("[^a-z0-9]"),
    Value(""),
    Value("g"),
    function="regexp_replace",
    output_field=CharField(),
)
ACCENTS = re.compile("[\u0300-\u036f]")


def tokens(
    name: str,
    *,
    company: str = "",
    phones: Iterable[str] = (),
    emails: Iterable[str] = (),
    numbers: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> list[str]:
    """Everything a customer can be found by, sorted and without repetition."""
    found = set(_of_text(name))
    if company:
        found.update(_of_text(company))
    for text in texts:
        found.update(_of_text(text))
    for phone in phones:
        digits = phone[1:] if phone.isascii() and phone[1:].isdecimal() else NO_DIGIT.sub("", spelling(phone))
        found.add(digits[-TAIL:])
    for email in emails:
        _add_email(found, email)
    for number in numbers:
        found.add(together(number)[-TAIL:])
    found.discard("")
    return sorted(found)


def find(rows: CustomerQuerySet, text: str, limit: int = 20) -> list[Customer]:
    """The best among `rows`: the very name first, then names that begin so, then who was active last."""
    wanted = text.strip()
    share = commonness.of(wanted)
    if share and (found := _find_common(rows, wanted, limit, share)) is not None:
        return found
    candidates = matching(rows, wanted).order_by().values("pk")[:CANDIDATES]
    namesakes = rows.filter(name=wanted).order_by().values("pk")[:limit]
    # One IN over a union: two of them joined by OR would read the whole table.
    return _best(Customer.objects.filter(pk__in=candidates.union(namesakes)), wanted, limit)


def _find_common(rows: CustomerQuerySet, wanted: str, limit: int, share: float) -> list[Customer] | None:
    """Asks the latest active one by one: sooner done than gathering everybody who holds a common word.

    None when too few of them do, and there are others.
    """
    asked = _one_by_one(question(wanted))
    namesakes = ArraySubquery(rows.filter(name=wanted).order_by().values("pk")[:limit])
    usual = min(LONGEST_WALK, int(SPARE * limit / share))

    def best(latest: dict[int, datetime]) -> list[Customer]:
        keys = Func(Value(list(latest), KEYS), namesakes, function="array_cat", output_field=KEYS)
        return _best(rows.filter(asked, document__customer__pk__any_of=keys), wanted, limit)

    found = best(latest := rows.latest_keys(usual))
    if len(found) == limit or len(latest) < usual:
        return found
    if all(one.name == wanted for one in found):
        # The latest are alike, as after a change to many at once: those from before it are asked.
        found = best(rows.latest_keys(usual, before=min(latest.values()) - AT_ONCE))
        return found if len(found) == limit else None
    if usual == LONGEST_WALK:
        return None
    found = best(latest := rows.latest_keys(LONGEST_WALK))
    return found if len(found) == limit or len(latest) < LONGEST_WALK else None


def _best(rows: CustomerQuerySet, wanted: str, limit: int) -> list[Customer]:
    rank = Case(
        When(name__iexact=wanted, then=Value(0)),
        When(name__istartswith=wanted, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return list(rows.order_by(rank, "-touched_at", "-pk")[:limit])


def _one_by_one(asked: Q) -> Q:
    """The same question in words that no index answers, so that it is asked of few rows only."""
    children: list[Any] = [
        _one_by_one(child) if isinstance(child, Q) else _plainly(child) for child in asked.children
    ]
    return Q(*children, _connector=asked.connector, _negated=asked.negated)


def _plainly(condition: Any) -> Any:
    """Conditions are pairs of name and value, or expressions."""
    if not isinstance(condition, tuple):
        return condition
    name, value = condition
    return name.replace(INDEXED, PLAINLY), value


def matching(rows: CustomerQuerySet, text: str) -> CustomerQuerySet:
    """Those of `rows` that hold everything `text` asks for, in whatever order the caller wants them."""
    return rows.filter(question(text))


def question(text: str) -> Q:
    text = text.strip()[:LONGEST_QUESTION]
    words = runs(text)
    if not words:
        # Signs only, such as a smiley: nothing to look up but the name itself.
        return Q(name=text)
    asked = Q()
    for piece in text.split():
        asked &= _about(piece)
    ascii_words = [word for word, _ideographic in words if word.isascii()]
    if len(ascii_words) == len(words) > 1 and "@" not in text:
        # "wang xiaoming", "C-000 123", "138 0013 8000": written apart or together, it is the same.
        asked |= _word("".join(ascii_words))
    return asked


def runs(text: str) -> list[tuple[str, bool]]:
    """The words of a text in one spelling, and whether each is written in ideographs."""
    if PLAIN.fullmatch(text):
        return [(text.translate(hanzi.simplified()), True)]
    return [(run.group(), run.group(1) is not None) for run in RUNS.finditer(spelling(text))]


def together(text: str) -> str:
    """The words of a text without what stands between them: "C-000 123" is "c000123"."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(word for word, _ideographic in runs(text))


def spelling(text: str) -> str:
    """One spelling for what people take to be the same: case, width, accents, traditional characters."""
    if text.isascii():
        return text.lower().replace("'", "")
    if not PLAIN.fullmatch(text):
        text = ACCENTS.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFC", text.casefold()).replace("’", "")
    return text.translate(hanzi.simplified())


# As many as an import has in hand at once: more would only make its memory grow with the file.
@lru_cache(maxsize=10_000)
def _of_text(text: str) -> list[str]:
    found: list[str] = []
    for word, ideographic in runs(text):
        if ideographic:
            _add_ideographs(found, word)
        else:
            found += beginnings(word)
    return found


def _add_ideographs(found: list[str], run: str) -> None:
    found += run if len(run) <= SHORT_RUN else run[0]
    found += [run[place : place + 2] for place in range(len(run) - 1)]
    for syllables in hanzi.pinyin(run[:LONGEST_READING]):
        found += beginnings("".join(syllables))
        found += beginnings("".join([one[0] for one in syllables]))
        if len(syllables) <= SHORT_RUN:
            found.append("".join(syllables[1:]))


def beginnings(word: str) -> list[str]:
    found = [word[:length] for length in LENGTHS[: len(word) - 1]]
    found.append(word)
    return found


def _add_email(found: set[str], email: str) -> None:
    local, _at, domain = spelling(email).rpartition("@")
    found.add(domain)
    found.update(beginnings(local)[: len(LENGTHS)])
    if not local.isalnum():
        found.update(word[:LONGEST_BEGINNING] for word, _ideographic in runs(local))


def _about(piece: str) -> Q:
    """What one piece between spaces asks for."""
    local, at, domain = spelling(piece).partition("@")
    if at:
        return _address(local, domain)
    asked = Q()
    for word, ideographic in runs(piece):
        asked &= _ideographs(word) if ideographic else _word(word)
    if "." in piece:
        asked |= _holds(local)
    return asked


def _ideographs(run: str) -> Q:
    return _holds(*[run[place : place + 2] for place in range(len(run) - 1)] or [run])


def _address(local: str, domain: str) -> Q:
    """The beginning of the address shown first, or the whole of any other."""
    if not local:
        return _holds(domain)
    whole = f"{local}@{domain}"
    others = Identity.objects.attached().filter(kind=Identity.Kind.EMAIL, value=whole)
    known = Q(pk__any_of=ArraySubquery(others.values("profile__customer")))
    return _holds(local[:LONGEST_BEGINNING]) & (Q(email__startswith=whole) | known)


def _word(word: str) -> Q:
    """Rows with a word that begins so; what has digits may also be the end of a number."""
    asked = _holds(word[:LONGEST_BEGINNING])
    if len(word) > LONGEST_BEGINNING:
        asked &= Q(document__tokens__like=f"{_escaped(word)}%") | Q(email__startswith=word)
    # People write a number of their own country with a zero in front, or two before the country's.
    tail = word.lstrip("0") if len(word) > PHONE and word.isdecimal() else word
    if len(tail) >= TAIL and not tail.isalpha():
        number = _holds(tail[-TAIL:])
        asked |= number if len(tail) == TAIL else number & (Q(phone__endswith=tail) | _said(tail))
    return asked


def _holds(*tokens: str) -> Q:
    return Q(document__tokens__contains=list(tokens))


def _said(tail: str) -> Q:
    """Whether one of the identities ends so.

    An array and no EXISTS: that the planner might turn round and read every identity there is.
    """
    identities = Identity.objects.attached().filter(profile__customer=OuterRef("pk"))
    return Q(Like(ArraySubquery(identities.values_list(PLAIN_VALUE)), f"%{_escaped(tail)}"))


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


@ArrayField.register_lookup
class Like(Lookup[bool]):
    """Whether any element of the array is LIKE the pattern. For the few rows an index has left over."""

    lookup_name = "like"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: str | int, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return "%s", (value,)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        array, array_parameters = self.process_lhs(compiler, connection)
        pattern, parameters = self.process_rhs(compiler, connection)
        sql = f"EXISTS (SELECT 1 FROM unnest({array}) AS element WHERE element LIKE {pattern})"
        return sql, (*array_parameters, *parameters)


@ArrayField.register_lookup
class PlainlyContains(Lookup[bool]):
    """`contains` for rows that are at hand anyway: joined to nothing, the array no longer fits its index."""

    lookup_name = "plainly_contains"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (value,)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        array, array_parameters = self.process_lhs(compiler, connection)
        tokens, parameters = self.process_rhs(compiler, connection)
        return f"({array} || '{{}}'::text[]) @> {tokens}::text[]", (*array_parameters, *parameters)
