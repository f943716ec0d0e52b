"""Subjects without what mail programs put before them."""

import re

PREFIX = re.compile(
    r"\s*(?:re|aw|sv|vs|fw|fwd|wg|tr|rv|回复|答复|回覆|答覆|转发|轉寄|回信)(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
    re.IGNORECASE,
)
TAG = re.compile(r"\s*\[[^\[\]]{1,30}\]\s*")
MOST_PREFIXES = 20


def bare(subject: str) -> str:
    """By which two subjects of one matter are the same."""
    for _ in range(MOST_PREFIXES):
        found = PREFIX.match(subject) or TAG.match(subject)
        if not found:
            break
        subject = subject[found.end() :]
    return " ".join(subject.split()).casefold()


def answering(subject: str) -> str:
    """The subject of an answer, with one "Re:" and not ten."""
    kept = subject.strip()
    for _ in range(MOST_PREFIXES):
        found = PREFIX.match(kept)
        if not found:
            break
        kept = kept[found.end() :]
    return f"Re: {kept}" if kept else ""
