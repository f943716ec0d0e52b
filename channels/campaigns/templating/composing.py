"""Blocks made into the rows of an HTML mail and into text, side by side, so that neither says more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from channels.campaigns import body
from channels.campaigns.body import Body
from channels.campaigns.placeholders import EACH_RECOMMENDED, Slot
from channels.campaigns.templating.blocks import Kind
from channels.campaigns.templating.conditions import Condition
from channels.campaigns.templating.design import Block

PICTURE = "picture:"
Made = tuple[str, dict[str, Any]]


@dataclass
class Composed:
    """Rows of HTML and paragraphs of text, with marks; `body` knows what the marks stand for."""

    body: Body = field(default_factory=Body)
    rows: list[SafeString] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(part for part in self.paragraphs if part)


def compose(
    blocks: Sequence[Block],
    *,
    holds: Callable[[Condition], bool],
    products: int = len(EACH_RECOMMENDED),
    as_html: bool = True,
) -> Composed:
    """The blocks that are shown. Raises NotUnderstood for what no editor would have let in."""
    made = Composed()
    for block in blocks:
        if block.get("when") and not holds(Condition.read(block["when"])):
            continue
        kind = Kind(block["kind"])
        if kind == Kind.PRODUCTS and not products:
            continue
        text, context = MAKERS[kind](block, made.body, products)
        made.paragraphs.append(text)
        if as_html:
            made.rows.append(render_to_string(f"mail/blocks/{kind.value}.html", {"block": block, **context}))
    return made


def picture_address(source: str) -> str:
    """Where a mail program finds a picture."""
    if not source.startswith(PICTURE):
        return source
    return settings.PUBLIC_URL + reverse("mail:picture", args=[source.removeprefix(PICTURE)])


def _heading(block: Block, known: Body, _products: int) -> Made:
    words = body.mark_subject(block["text"], known)
    return words, {"words": words}


def _text(block: Block, known: Body, _products: int) -> Made:
    text, paragraphs = body.render(block["text"], known)
    return text, {"paragraphs": paragraphs}


def _button(block: Block, known: Body, _products: int) -> Made:
    words, link = body.mark_subject(block["label"], known), known.link(block["url"])
    return f"{words}: {link}", {"words": words, "link": link}


def _picture(block: Block, known: Body, _products: int) -> Made:
    link = known.link(block["url"]) if block["url"] else ""
    text = ": ".join(part for part in (block["alt"], link) if part)
    return text, {"src": picture_address(block["src"]), "alt": block["alt"], "link": link}


def _columns(block: Block, known: Body, _products: int) -> Made:
    texts, sides = [], []
    for side in ("left", "right"):
        text, paragraphs = body.render(block[f"{side}_text"], known)
        alt = block[f"{side}_alt"]
        texts += [alt, text]
        source = block[f"{side}_src"]
        sides.append({"src": source and picture_address(source), "alt": alt, "paragraphs": paragraphs})
    return "\n\n".join(part for part in texts if part), {"sides": sides}


def _products(block: Block, known: Body, products: int) -> Made:
    words = body.mark_subject(block["text"], known)
    names = [known.mark(Slot(name)) for name in EACH_RECOMMENDED[:products]]
    listed = [f"- {name}" for name in names]
    return "\n".join([words, *listed] if words else listed), {"words": words, "names": names}


def _nothing(_block: Block, _known: Body, _products: int) -> Made:
    return "", {}


MAKERS: dict[Kind, Callable[[Block, Body, int], Made]] = {
    Kind.HEADING: _heading,
    Kind.TEXT: _text,
    Kind.BUTTON: _button,
    Kind.PICTURE: _picture,
    Kind.COLUMNS: _columns,
    Kind.PRODUCTS: _products,
    Kind.DIVIDER: _nothing,
    Kind.SPACER: _nothing,
    Kind.FOOTER: _text,
}
