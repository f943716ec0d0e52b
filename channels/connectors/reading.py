"""Reading what strangers sent: every question has an answer, and no answer is a surprise."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils import timezone
from django.utils.dateparse import parse_datetime

LONGEST_TEXT = 100_000
LONGEST_WORD = 250
# A message takes a few thousand; nesting as deep as five million bytes allow costs seconds.
LONGEST_XML = 256 * 1024
MOST_FIELDS = 300
MOST_PARTS = 1000


def json_of(raw: bytes) -> Any:
    """What the JSON says; None for what is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def form_of(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def xml_of(raw: bytes) -> dict[str, str]:
    """The texts right under the root; children of children by "parent.child"."""
    if len(raw) > LONGEST_XML:
        return {}
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return {}
    found: dict[str, str] = {}
    for child in list(root)[:MOST_FIELDS]:
        found[child.tag] = child.text or ""
        for inner in list(child)[:MOST_FIELDS]:
            found[f"{child.tag}.{inner.tag}"] = inner.text or ""
    return found


def at(found: Any, *path: str | int) -> Any:
    """What lies there; None where nothing does."""
    for step in path:
        if isinstance(step, str) and isinstance(found, dict):
            found = found.get(step)
        elif isinstance(step, int) and isinstance(found, list) and step < len(found):
            found = found[step]
        else:
            return None
    return found


def text(found: Any, *path: str | int) -> str:
    """A text or a number as text, of bearable length and with nothing in it that no database takes."""
    value = at(found, *path)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, int) and abs(value) >= 10**30:
        return ""
    return bare(str(value))


def word(found: Any, *path: str | int) -> str:
    """A short text in one line: an id, a name."""
    return " ".join(text(found, *path).split())[:LONGEST_WORD]


def each(found: Any, *path: str | int) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    value = at(found, *path)
    if isinstance(value, list):
        yield from (one for one in value[:MOST_PARTS] if isinstance(one, dict))


def bare(value: str) -> str:
    return value[:LONGEST_TEXT].replace("\x00", "").encode(errors="replace").decode()


def number(found: Any, *path: str | int) -> int:
    """A whole number of seconds, articles…; 0 for what is none."""
    value = at(found, *path)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
        return value
    return 0


def moment(seconds: str | int) -> datetime:
    """Seconds since 1970 as providers write them; now for what is no moment of our days."""
    whole = int(seconds) if str(seconds).isdecimal() and len(str(seconds)) < 12 else 0
    if not 0 < whole < 4_000_000_000:
        return timezone.now()
    return datetime.fromtimestamp(whole, UTC)


def iso(value: str) -> datetime | None:
    """A moment with its zone; None for what is none."""
    try:
        found = parse_datetime(value)
    except ValueError:
        return None
    if found is None or found.tzinfo is None or not 1971 < found.year < 2200:
        return None
    return found


def key(*parts: str) -> str:
    """A dedupe key of these parts, short enough to be kept."""
    joined = ":".join(parts)
    if len(joined) <= LONGEST_WORD and joined.isprintable():
        return joined
    return sha256(joined.encode(errors="replace")).hexdigest()


def digest(raw: bytes) -> str:
    return sha256(raw).hexdigest()


def fields_of(found: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Those of the named texts that say something."""
    return {name: said for name in names if (said := word(found, name))}
