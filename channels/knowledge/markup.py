"""The markup of articles: CommonMark with tables. No HTML of an author passes, and what comes out is cleaned
again, so that a fault in one of the two harms nobody."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# Pictures of our own only; how they are named in the text.
PICTURE = re.compile(r"picture:([0-9a-f]{64})")
ALLOWED = "a b blockquote br code del em h2 h3 h4 hr i img li ol p pre s strong table tbody td th thead tr ul"
TAGS = set(ALLOWED.split())
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
LINK = re.compile(r"https?://|mailto:|tel:|/[^/\\]", re.IGNORECASE)
# The page has the title as its first heading already.
HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
# Deeper lists and quotations than that are somebody playing.
DEEPEST = 20


def render(text: str, *, pictures: str) -> SafeString:
    """HTML of the text. `pictures` is the address of a picture, with {} for its digest."""
    tokens = _parser().parse(text)
    for token in _all(tokens):
        token.tag = HEADINGS.get(token.tag, token.tag)
        if token.type == "image":
            found = PICTURE.fullmatch(str(token.attrGet("src") or ""))
            token.attrSet("src", pictures.format(found[1]) if found else "")
    raw = _parser().renderer.render(tokens, _parser().options, {})
    cleaned = nh3.clean(
        raw,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_judged,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(cleaned)  # noqa: S308 - nothing but the tags above came through


def plain(text: str) -> str:
    """The text as it is written into a chat or a short message: without marks, links with their address."""
    plainly = _Plainly()
    for token in _parser().parse(text):
        plainly.take(token)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(plainly.lines)).strip()


def pictures_in(text: str) -> set[str]:
    return set(PICTURE.findall(text))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST}).enable(["table", "strikethrough"])


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _judged(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if LINK.match(value) else None
    if name == "src":
        return value if value.startswith("/") and not value.startswith("//") else None
    return value


class _Plainly:
    """Lines, one token of the text after the other."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        # Of the lists one is in, the number that comes next; None for bullets.
        self.lists: list[int | None] = []
        # What the next words follow on the same line.
        self.begun = ""
        self.cells: list[str] | None = None

    def take(self, token: Token) -> None:
        if token.type in ("inline", "fence", "code_block"):
            self._say(_said(token.children) if token.children else token.content.strip())
        elif token.type.endswith("list_open"):
            first = int(token.attrGet("start") or 1)
            self.lists.append(first if token.type == "ordered_list_open" else None)
        elif token.type == "list_item_open":
            self._begin_item()
        elif token.type.endswith("list_close"):
            self.lists.pop()
            self.lines.append("")
        elif token.type == "tr_close":
            self.lines.append(" | ".join(self.cells or []))
            self.cells = None
        elif token.type == "tr_open":
            self.cells = []

    def _say(self, said: str) -> None:
        if self.cells is not None:
            self.cells.append(said)
            return
        self.lines.append(self.begun + said)
        self.begun = ""
        if not self.lists:
            self.lines.append("")

    def _begin_item(self) -> None:
        number = self.lists[-1]
        self.begun = "  " * (len(self.lists) - 1) + ("• " if number is None else f"{number}. ")
        if number is not None:
            self.lists[-1] = number + 1


def _said(tokens: Sequence[Token]) -> str:
    said, address = "", ""
    for token in tokens:
        if token.type in ("text", "code_inline"):
            said += token.content
        elif token.type in ("softbreak", "hardbreak"):
            said += "\n"
        elif token.type == "link_open":
            address = str(token.attrGet("href") or "")
        elif token.type == "link_close" and address and not said.endswith(address):
            # A relative address leads nowhere outside of our pages.
            said += f" ({address})" if "://" in address else ""
    return said
