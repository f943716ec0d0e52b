"""What marketing types, made into the text and the HTML of a mail, with marks for what differs per person.

Plain text with empty lines between paragraphs. Web addresses become links, also as [words](address); a
paragraph that is nothing but such a link becomes a button.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from channels.campaigns.placeholders import NotUnderstood, Piece, Slot, parse

NAMED = r"\[(?P<words>[^\[\]\n]{1,200})\]\((?P<named>https?://[^\s()<>\"{}|\\^`]{1,990})\)"
BARE = r"(?P<bare>https?://[^\s<>\"{}|\\^`\[\]（）]{1,990}[^\s<>\"{}|\\^`\[\]（）.,;:!?。，；：！？'）)])"
LINK = re.compile(f"{NAMED}|{BARE}")
ENDS_IN_ADDRESS = re.compile(r"https?://\S*$")
PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Paragraph:
    """`words` and `link` are those of a button."""

    html: SafeString
    words: str = ""
    link: str = ""

    @property
    def is_button(self) -> bool:
        return bool(self.link)


@dataclass
class Body:
    """A text with marks: {{ f0 }} for the first personal field, {{ link_1 }} for the first address."""

    text: str = ""
    paragraphs: list[Paragraph] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def mark(self, piece: Slot) -> str:
        """The mark of this place; the same field with the same words for those without has one mark."""
        known = next((name for name, slot in self.slots.items() if slot == piece), "")
        name = known or f"f{len(self.slots)}"
        self.slots[name] = piece
        return f"{{{{ {name} }}}}"

    def link(self, address: str) -> str:
        if address not in self.links:
            self.links.append(address)
        return f"{{{{ link_{self.links.index(address) + 1} }}}}"


def addresses(text: str) -> list[str]:
    """The web addresses in a text, each once, in the order they are first met."""
    return read(text).links


def read(text: str) -> Body:
    """Raises NotUnderstood for personal fields we do not know and in places where they cannot stand."""
    body = Body()
    body.text, body.paragraphs = render(text, body)
    return body


def render(text: str, body: Body) -> tuple[str, list[Paragraph]]:
    """The same as text and as paragraphs of HTML; its fields and addresses are added to those of the body."""
    written, paragraphs = [], []
    for source in PARAGRAPHS.split(text.replace("\r\n", "\n").strip()):
        pieces = parse(source)
        _check_addresses(pieces)
        both = [part for piece in pieces for part in _render(piece, body)]
        written.append("".join(plain for plain, _html in both))
        html = format_html_join("", "{}", ((html,) for _plain, html in both))
        paragraphs.append(Paragraph(html, *_button(pieces, body)))
    return "\n\n".join(written), paragraphs


def mark_subject(subject: str, body: Body) -> str:
    """The subject with marks for its personal fields, added to those of the body."""
    return "".join(body.mark(piece) if isinstance(piece, Slot) else piece for piece in parse(subject))


def _render(piece: Piece, body: Body) -> Iterator[tuple[str, SafeString]]:
    """Pairs of the same thing as text and as HTML."""
    if isinstance(piece, Slot):
        mark = body.mark(piece)
        yield mark, format_html("{}", mark)
        return
    done = 0
    for found in LINK.finditer(piece):
        yield _words(piece[done : found.start()])
        done, mark = found.end(), body.link(found["named"] or found["bare"])
        words = found["words"] or found["bare"]
        text = f"{found['words']}: {mark}" if found["words"] else mark
        yield text, format_html('<a href="{}">{}</a>', mark, words)
    yield _words(piece[done:])


def _words(text: str) -> tuple[str, SafeString]:
    return text, format_html_join(SafeString("<br>\n"), "{}", ((line,) for line in text.split("\n")))


def _button(pieces: tuple[Piece, ...], body: Body) -> tuple[str, str]:
    """Words and mark of a paragraph that is nothing but a named link; empty for others."""
    only = pieces[0] if len(pieces) == 1 else None
    found = LINK.fullmatch(only.strip()) if isinstance(only, str) else None
    return (found["words"], body.link(found["named"])) if found and found["words"] else ("", "")


def _check_addresses(pieces: tuple[Piece, ...]) -> None:
    """An address that goes on with a personal field would be cut in two, and could not be counted."""
    for before, after in pairwise(pieces):
        if isinstance(before, str) and isinstance(after, Slot) and ENDS_IN_ADDRESS.search(before):
            raise NotUnderstood(_("A personal field cannot be part of a web address."))
