"""From HTML to text and back, roughly: enough to read, to search and to quote."""

import re
from html import escape, unescape

UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|title|head)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
BREAKS = re.compile(
    r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote|hr|p|div|blockquote|li)\b[^<>]*>", re.I
)
CELLS = re.compile(r"</(?:td|th)\b[^<>]*>", re.I)
TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
SPACES = re.compile(r"[ \t\xa0]+")
LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
LONGEST = 2_000_000


def from_html(html: str) -> str:
    """What a person reads of it."""
    text = UNSEEN.sub(" ", html[:LONGEST])
    text = re.sub(r"[\r\n]+", " ", text)
    text = TAG.sub("", CELLS.sub(" ", BREAKS.sub("\n", text)))
    text = SPACES.sub(" ", unescape(text).replace("\x00", ""))
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return LINES.sub("\n\n", lines).strip()


def as_html(text: str) -> str:
    """A plain part that stands between parts of HTML."""
    return f"<div>{escape(text).replace(chr(10), '<br>')}</div>"
