"""Check sums of whatever in a raw call looks like somebody's handle: by them an index finds all that names a
person, also in what was never understood.

A word is kept with all its endings at a sign, because what stands before an address is often no part of it.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

# What JSON writes as a backslash and a letter is no letter of what follows.
MAIL = re.compile(rb"(?:\\[bfnrt])?([^\s<>\"(),:;\[\]\\@]{1,100}@[^\s<>\"(),:;\[\]\\@'&?=/]{1,200})")
NUMBER = re.compile(rb"[0-9]{6,20}")
SIGN, PLAIN = re.compile(rb"[^A-Za-z0-9]"), re.compile(rb"[A-Za-z0-9.-]*")
MOST, MOST_ENDINGS = 20_000, 30
# Stands for more words than are kept: such an event has to be read.
TOO_MANY = 0


def of(raw: bytes, handles: Iterable[str] = ()) -> list[int]:
    found = {digest(one.encode("utf-8", "replace")) for one in handles}
    for word in _words(raw):
        found.add(digest(word))
        if len(found) > MOST:
            return [TOO_MANY]
    return sorted(found)


def digest(word: bytes) -> int:
    return int.from_bytes(sha256(word.lower()).digest()[:8], "big", signed=True)


def _words(raw: bytes) -> Iterator[bytes]:
    for found in MAIL.finditer(raw):
        local, _at, domain = found[1].partition(b"@")
        # A host of plain letters ends where others begin; one of other letters is kept whole.
        for host in {domain.rstrip(b".-!"), PLAIN.match(domain)[0].rstrip(b".-")}:  # type: ignore[index]
            for start in (0, *_starts(local)):
                yield local[start:] + b"@" + host
    for found in NUMBER.finditer(raw):
        yield found[0]
        if found[0].startswith(b"00"):
            yield found[0][2:]


def _starts(local: bytes) -> list[int]:
    return [sign.end() for sign in SIGN.finditer(local)][:MOST_ENDINGS]
