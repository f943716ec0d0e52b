"""The page inside of the frame in which a stranger's HTML is shown, and the headers that keep it there.

The frame runs no script, sends no form, belongs to no origin and asks nobody for anything: pictures that came
with the mail are in it as data, and so are those of other hosts, once somebody asked for them and we went
there: the reader's browser never does.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import quote, unquote

from channels.mail import plain, sniffing

LARGEST_PICTURE = 2 * 1024 * 1024
SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"
# What is not shown but handed out: even a browser that ignores everything else runs nothing of it.
CLOSED = "default-src 'none'; sandbox"

# The cleaner wrote these: a quotation mark or an angle bracket in a value is escaped there.
BY_CID = re.compile(r' data-cid="([^"]*)"')
HELD = re.compile(r' data-src="(https?:[^"]*)"', re.IGNORECASE)
PICTURE_TAG = re.compile(r'<img\b[^<>]* data-src="(https?:[^"]*)"[^<>]*>', re.IGNORECASE)
UNSEEN = re.compile(r' (?:width|height)="\s*[01](?:px)?\s*"')
QUOTE = re.compile(
    r'<(div|blockquote)(?: [^<>]*)?class="(?:gmail_quote|yahoo_quoted|protonmail_quote)[^"]*"[^<>]*>'
    r"|<(blockquote)\b[^<>]*>"
)
STYLE = (
    "html{color-scheme:light;background:#fff;color:#1c2024}"
    "body{margin:0;padding:2px;font:14px/1.55 system-ui,-apple-system,'Segoe UI','PingFang SC',"
    "'Microsoft YaHei',sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "blockquote{margin:0 0 0 4px;padding-left:10px;border-left:2px solid #d5d9de}"
    "details>summary{cursor:pointer;color:#60646c;margin:8px 0}"
    "img[data-src]{outline:1px dashed #b9bbc6;min-width:16px;min-height:16px}"
)


def document(
    cleaned: str,
    pictures: Mapping[str, str],
    *,
    quoted: str,
    language: str = "",
    fetched: Mapping[str, str] | None = None,
) -> str:
    """The whole page. `pictures` gives an address per content id, as `picture` makes it, `fetched` one for
    each of other hosts; `quoted` is the word under which quotations are folded away."""
    html = BY_CID.sub(lambda found: _shown(found[1], pictures), folded(cleaned, quoted))
    if fetched:
        html = HELD.sub(lambda found: _fetched(found, fetched), html)
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="referrer" content="no-referrer"><title>{escape(quoted)}</title>'
        f"<style>{STYLE}</style></head><body>{html}</body></html>"
    )


def remote_pictures(cleaned: str) -> list[str]:
    """The addresses of other hosts' pictures. What is too small to be seen is there to watch the reader."""
    tags = (found for found in PICTURE_TAG.finditer(cleaned) if not UNSEEN.search(found[0]))
    return list(dict.fromkeys(unescape(found[1]) for found in tags))


def headers() -> dict[str, str]:
    """Of the answer that carries the document."""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; "
            f"base-uri 'none'; frame-ancestors 'self'; {SANDBOX}"
        ),
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }


def download_headers(name: str, media_type: str) -> dict[str, str]:
    """For handing out a file: it is saved, never opened in our name."""
    plain_name = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", name)[:100] or "file"
    exact = quote(name[:160].encode("utf-8", "replace"), safe="")
    return {
        "Content-Type": media_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type) else sniffing.UNKNOWN,
        "Content-Disposition": f"attachment; filename=\"{plain_name}\"; filename*=utf-8''{exact}",
        **_closed(),
    }


def picture_headers(data: bytes) -> dict[str, str] | None:
    """For showing a picture inside of the frame; None for whatever is no plain picture."""
    if not sniffing.is_showable(data):
        return None
    return {"Content-Type": sniffing.media_type(data), "Content-Disposition": "inline", **_closed()}


def picture(data: bytes) -> str:
    """A picture as an address that needs no request; empty for whatever is none or is large."""
    if len(data) > LARGEST_PICTURE or not sniffing.is_showable(data):
        return ""
    return f"data:{sniffing.media_type(data)};base64,{b64encode(data).decode()}"


def folded(cleaned: str, word: str) -> str:
    """The first quotation below what was said, folded. Cleaned HTML is balanced: counting is enough."""
    found = QUOTE.search(cleaned)
    if found is None or not plain.from_html(cleaned[: found.start()]).strip():
        return cleaned
    end = _end_of(found[1] or found[2], cleaned, found.end())
    return (
        f"{cleaned[: found.start()]}<details><summary>{escape(word)}</summary>"
        f"{cleaned[found.start() : end]}</details>{cleaned[end:]}"
    )


def _end_of(name: str, html: str, start: int) -> int:
    depth = 1
    for found in re.finditer(rf"<(/?){name}\b[^<>]*>", html[start:]):
        depth += -1 if found[1] else 1
        if not depth:
            return start + found.end()
    return len(html)


def _shown(content_id: str, pictures: Mapping[str, str]) -> str:
    address = pictures.get(unquote(unescape(content_id)).strip("<>"), "")
    return f' src="{escape(address)}"' if address else ""


def _fetched(found: re.Match[str], fetched: Mapping[str, str]) -> str:
    address = fetched.get(unescape(found[1]), "")
    return f' src="{escape(address)}"' if address else found[0]


def _closed() -> dict[str, str]:
    return {
        "Content-Security-Policy": CLOSED,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
