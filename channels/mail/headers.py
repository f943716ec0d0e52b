"""What stands above a mail, read so that nothing in it can stop us. Knows nothing of the product."""

import binascii
import codecs
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

LONGEST = 20_000
MOST_ADDRESSES = 200
MOST_IDS = 200
ADDRESS = re.compile(r"[^\s<>@\"(),;:\\\[\]]{1,64}@[^\s<>@\"(),;:\\\[\]]{1,190}")
ID = re.compile(r"<([^<>\s]{1,2000})>")
BARE_ID = re.compile(r"[^<>\s\"]+@[^<>\s\"]+")
WORDS_APART = re.compile(r"(\?=)\s+(=\?)")
# Those for which many mail programs say less than they use.
WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "ks_c_5601-1987": "cp949"}
NARROW = re.compile(r"(iso-?8859|windows-125|cp125|us-ascii|ascii|latin)", re.IGNORECASE)
# They are codecs of Python's, but no character sets; some take forever.
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}


def values(message: "Message[str, str]", name: str) -> list[str]:
    """Every header of the name, whatever bytes it is made of, unfolded."""
    found = [
        str(value)[:LONGEST] for key, value in message.raw_items() if key.strip().lower() == name.lower()
    ]
    return [" ".join(readable(value).split()) for value in found]


def value(message: "Message[str, str]", name: str) -> str:
    return next(iter(values(message, name)), "")


def text(raw: str) -> str:
    """With its encoded words read, those too that are wrong."""
    if "=?" not in raw:
        return shown(raw)
    try:
        pieces = decode_header(WORDS_APART.sub(r"\1 \2", raw))
    except (HeaderParseError, binascii.Error, ValueError):
        return shown(raw)
    return shown("".join(one if isinstance(one, str) else decoded(one, charset) for one, charset in pieces))


def addresses(raw: str) -> list[tuple[str, str]]:
    """Names and addresses of a list. Encoded words are read last, so that no name can pose as an address."""
    found = []
    for entry in _entries(raw[:LONGEST]):
        *before, last = entry.rpartition("<") if "<" in entry else ("", "", entry)
        address = ADDRESS.search(last) or ADDRESS.search(entry)
        if address:
            name = text("".join(before).strip(" \t<").strip('"').replace('\\"', '"'))
            found.append((name, address[0]))
    return found[:MOST_ADDRESSES]


def ids(raw: str) -> list[str]:
    """Message-IDs in the order in which they stand."""
    found = ID.findall(raw) or BARE_ID.findall(raw)
    return list(dict.fromkeys(found))[:MOST_IDS]


def moment(raw: str) -> datetime | None:
    """A date that can be: not before e-mail was common."""
    try:
        found = parsedate_to_datetime(raw[:200])
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError):
        return None
    return found if 1990 <= found.year < 2200 else None


def decoded(data: bytes, charset: str | None) -> str:
    """The text of the bytes: as declared if that can be, else as it most likely is."""
    declared = (charset or "").strip().strip("'\"").lower()
    # Bytes that are valid UTF-8 by chance are rare; programs that say Latin and send UTF-8 are not.
    tries = ["utf-8", declared] if not declared or NARROW.match(declared) else [declared, "utf-8"]
    for name in (*tries, "gb18030", "cp1252"):
        codec = _codec(name)
        if codec is None:
            continue
        try:
            return codec.decode(data)[0]
        except (UnicodeError, ValueError):
            continue
    return data.decode("latin-1")


def shown(text: str) -> str:
    """One line without what nobody can see, and that PostgreSQL and UTF-8 can hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def body(text: str) -> str:
    """The same for many lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode(errors="replace").decode()


def _codec(name: str) -> codecs.CodecInfo | None:
    try:
        found = codecs.lookup(WIDER.get(name, name))
    except (LookupError, ValueError):
        return None
    is_text = getattr(found, "_is_text_encoding", True)
    return found if is_text and found.name.replace("-", "_") not in NO_CHARSETS else None


def readable(value: str) -> str:
    """The parser keeps raw bytes of headers as half surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return decoded(value.encode("utf-8", "surrogateescape"), None)
    return value


def _entries(raw: str) -> list[str]:
    """Cut at the commas that separate, in one pass and without recursion."""
    entries, start, quoted, comments, angle = [], 0, False, 0, False
    place = 0
    while place < len(raw):
        sign = raw[place]
        if sign == "\\":
            place += 2
            continue
        if sign == '"' and not comments:
            quoted = not quoted
        elif not quoted and sign in "()":
            comments = max(0, comments + (1 if sign == "(" else -1))
        elif not quoted and not comments:
            angle = sign == "<" or (angle and sign != ">")
            if sign in ",;" and not angle:
                entries.append(raw[start:place])
                start = place + 1
        place += 1
    entries.append(raw[start:])
    return entries[: 2 * MOST_ADDRESSES]
