"""HTML of strangers made harmless: no script, no form, no request to another host, nothing laid over a page.

The cleaner's cost is the square of how deep elements are nested (measured: 250 kB of nested <div> take
115 s, and the call cannot be interrupted), so a linear look comes first. What is too deep, too long or too
crowded has no HTML form here; its text is shown instead.

What comes out holds pictures by `data-cid` and `data-src` only. Where it is shown, channels.mail.frames turns
those into addresses: enclosures at once, other hosts' pictures if somebody asks.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

import nh3

from channels.mail import aside

LONGEST = 1_000_000
DEEPEST = 200
MOST_TAGS = 20_000
# So many cannot be nested in a costly way, whatever they are.
FEW, SECONDS = 1_500, 3.0
OPENING = re.compile("<[a-zA-Z]")

RAW = ("script", "style", "textarea", "title")
# Comments and what holds no tags are skipped, and so are the quoted values inside of a tag.
TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    rf"|<(?P<raw>{'|'.join(RAW)})\b"
    r"|<(?P<close>/?)(?P<name>[a-z][^\s/>]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*+",
    re.IGNORECASE | re.DOTALL,
)
# They hold nothing, or the next of their kind ends them.
FLAT = frozenset(
    [
        *[
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "param",
            "source",
            "wbr",
        ],
        *["p", "li", "td", "th", "tr", "tbody", "thead", "tfoot", "dt", "dd", "option", "optgroup"],
        *["body", "html", "head"],
    ]
)

STYLES = {
    "color",
    "background-color",
    "font-weight",
    "font-style",
    "font-size",
    "text-align",
    "text-decoration",
    "vertical-align",
    "line-height",
    "white-space",
    "width",
    "max-width",
    "border",
    "border-top",
    "border-right",
    "border-bottom",
    "border-left",
    "border-collapse",
    "border-radius",
    "padding",
    "padding-top",
    "padding-right",
    "padding-bottom",
    "padding-left",
    "margin-top",
    "margin-bottom",
}
TAGS = {
    *["a", "abbr", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col"],
    *["colgroup", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3"],
    *["h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp"],
    *["small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead"],
    *["tr", "tt", "u", "ul", "var", "wbr"],
}
CELLS = {"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"}
ATTRIBUTES = {
    "*": {"style", "dir", "lang", "align"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "font": {"color", "size", "face"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "td": CELLS,
    "th": CELLS,
    "tr": {"valign", "bgcolor"},
    "col": {"width", "span"},
    "ol": {"start", "type"},
}
# Those by which mail programs mark what they quote.
QUOTING = {"gmail_quote", "gmail_extra", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote"}
LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
PICTURE = re.compile(r"(?:https?:)?//[^\s/]", re.IGNORECASE)
# Whatever a style says, it asks nobody for anything.
ASKING = re.compile(r"url|image|expression|import|src|\\|@|/\*", re.IGNORECASE)
END_OF_RAW = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in RAW}
# Only the cleaner itself can write these: a quotation mark in a value comes out as &quot;.
HELD, BY_CID = re.compile(r' src="x-held:'), re.compile(r' src="cid:')
REMOTE = re.compile(r' data-src="')


def clean(html: str) -> str | None:
    """The harmless form, or None if it has none."""
    html = html.replace("\x00", "").encode(errors="replace").decode()
    if not is_bearable(html):
        return None
    if len(OPENING.findall(html)) <= FEW:
        return _marked(_cleaned(html))
    # A browser may nest what our look took for flat: where that could cost seconds, a process is spent on it.
    try:
        return aside.call("clean", html.encode(), SECONDS).decode()
    except aside.GaveUp:
        return None


def cleaned(html: bytes) -> bytes:
    """The job of the other process."""
    return _marked(_cleaned(html.decode())).encode()


def remote_images(cleaned: str) -> int:
    """How many pictures of other hosts were held back."""
    return len(REMOTE.findall(cleaned))


def is_bearable(html: str) -> bool:
    """Whether it is neither too long, too crowded nor too deep. One look at each character."""
    if len(html) > LONGEST or html.count("<") > 2 * MOST_TAGS:
        return False
    open_now: Counter[str] = Counter()
    depth = tags = 0
    for name, closes in _tags(html):
        tags += 1
        if name not in FLAT:
            step = -1 if closes else 1
            if closes and not open_now[name]:
                continue
            open_now[name] += step
            depth += step
        if depth > DEEPEST or tags > MOST_TAGS:
            return False
    return True


def _tags(html: str) -> Iterator[tuple[str, bool]]:
    place = 0
    while found := TOKEN.search(html, place):
        place = found.end()
        if found["raw"]:
            end = END_OF_RAW[found["raw"].lower()].search(html, place)
            place = end.end() if end else len(html)
        elif found["name"]:
            yield found["name"].lower(), bool(found["close"])


_cleaned = partial(
    nh3.clean,
    tags=TAGS,
    clean_content_tags={
        "script",
        "style",
        "title",
        "textarea",
        "select",
        "iframe",
        "noscript",
        "template",
        "svg",
        "math",
        "object",
        "head",
    },
    attributes=ATTRIBUTES,
    allowed_classes={"div": QUOTING, "blockquote": QUOTING},
    attribute_filter=lambda tag, name, value: _judged(tag, name, value),
    filter_style_properties=STYLES,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def _judged(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if LINK.match(value.strip()) else None
    if name == "src":
        return _source(value.strip())
    if name == "style":
        return ";".join(part for part in value.split(";") if not ASKING.search(part)) or None
    return value


def _source(value: str) -> str | None:
    if value.lower().startswith("cid:"):
        return f"cid:{value[4:]}"
    if not PICTURE.match(value):
        return None
    return f"x-held:{'https:' if value.startswith('//') else ''}{value}"


def _marked(cleaned: str) -> str:
    return BY_CID.sub(' data-cid="', HELD.sub(' data-src="', cleaned))
