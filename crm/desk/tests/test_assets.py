"""Rules for what reaches the browser: small, no inline code, the dark colours written twice are the same."""

import gzip
import re
from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BASE_DIR / "static")
PAGES = [*Path(settings.BASE_DIR / "templates").rglob("*.html")]


def test_scripts_stay_short() -> None:
    assert [one.name for one in STATIC.glob("js/*.js") if len(one.read_text().splitlines()) > 100] == []


def test_scripts_evaluate_nothing() -> None:
    for script in STATIC.glob("js/*.js"):
        assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", script.read_text()), script


def test_pages_hold_no_inline_code() -> None:
    for page in PAGES:
        if "mail" in page.parts:
            continue
        text = page.read_text()
        assert not re.search(r"<[^>]+\s(style|on[a-z]+|hx-on[:\w]*)=", text), page
        assert not re.search(r"<script(?![^>]*(src=|application/json))", text), page


def test_dark_is_the_same_chosen_and_automatic() -> None:
    tokens = (STATIC / "css/tokens.css").read_text()
    chosen, automatic = (
        re.findall(r"--?[\w-]+: [^;]+;", re.split(f'data-theme="{theme}"', tokens)[1].split("}")[0])
        for theme in ("dark", "auto")
    )
    assert chosen == automatic
    assert len(chosen) > 40


def test_first_load_is_light() -> None:
    frame = "".join(
        (settings.BASE_DIR / "templates" / name).read_text() for name in ("document.html", "base.html")
    )
    own = re.findall(r"static '((?:css|js)/[\w.]+)'", frame)
    sheets = [name for name in own if name.startswith("css/")]
    assert len(sheets) <= 8
    htmx, page = 17_000, 15_000
    weight = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in own)
    assert weight + htmx + page < 60_000
