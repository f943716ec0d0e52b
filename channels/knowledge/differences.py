"""What changed between two versions, line by line and, inside a line, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Single ideographs, words, or whatever stands between.
PIECES = re.compile(r"[\u3400-\u9fff]|\w+|\s+|[^\w\s]")
MOST_LINES = 600


@dataclass(frozen=True)
class Piece:
    """`sign` is "+" for new, "-" for gone, empty for what stayed."""

    text: str
    sign: str = ""


def compare(before: str, after: str) -> list[list[Piece]]:
    """The lines of both, each in pieces."""
    old, new = before.splitlines()[:MOST_LINES], after.splitlines()[:MOST_LINES]
    lines: list[list[Piece]] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            lines += [[Piece(line)] for line in new[c:d]]
            continue
        # Lines that were rewritten stand beside each other as far as there are as many.
        both = min(b - a, d - c)
        lines += [list(_within(*pair)) for pair in zip(old[a : a + both], new[c : c + both], strict=True)]
        lines += [[Piece(line, "-")] for line in old[a + both : b]]
        lines += [[Piece(line, "+")] for line in new[c + both : d]]
    return lines


def _within(before: str, after: str) -> Iterator[Piece]:
    old, new = PIECES.findall(before), PIECES.findall(after)
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("".join(new[c:d]))
            continue
        if a < b:
            yield Piece("".join(old[a:b]), "-")
        if c < d:
            yield Piece("".join(new[c:d]), "+")
