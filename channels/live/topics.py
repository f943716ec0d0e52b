"""Which topics there are and who may follow them, registered in `AppConfig.ready()`:

    topics.register("conversation", may_see)

`may_see(user, pks)` gives those of `pks` whose news `user` may have. A topic is "word:number" or, for what
has no number, the word alone, which is asked for as number ALONE.
"""

from collections.abc import Callable, Iterable, Set
from itertools import groupby

from crm.accounts.models import User

May = Callable[[User, Set[int]], Set[int]]
_words: dict[str, May] = {}
ALONE = 0


def register(word: str, may: May) -> None:
    _words[word] = may


def allowed(user: User, wanted: Iterable[str]) -> set[str]:
    """Those of the wanted topics that `user` may follow. The others are left out without a word."""
    found: set[str] = set()
    parsed = sorted({one for topic in wanted if (one := _parse(topic))})
    for word, group in groupby(parsed, key=lambda one: one[0]):
        pks = {pk for _word, pk in group}
        found |= {name(word, pk) for pk in _words[word](user, pks) & pks}
    return found


def name(word: str, pk: int) -> str:
    return f"{word}:{pk}" if pk else word


def _parse(topic: str) -> tuple[str, int] | None:
    word, colon, number = topic.partition(":")
    if word not in _words or (colon and not (number.isascii() and number.isdigit() and len(number) < 19)):
        return None
    return word, int(number) if colon else ALONE
