"""Rules for what reaches the browser: small, no inline code, the dark colours written twice are the same."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from crm.accounts import factories as people
from crm.accounts.policy import Role

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


@pytest.mark.django_db
def test_first_load_is_light() -> None:
    client = Client()
    client.force_login(people.user(*Role))
    page = client.get("/").content
    linked = re.findall(r'(?:href|src)="/static/([\w./-]+\.(?:css|js|svg))"', page.decode())
    files = [Path(finders.find(name) or name) for name in linked]
    assert len([one for one in files if one.suffix == ".css"]) <= 9
    assert sum(len(gzip.compress(one.read_bytes())) for one in files) + len(gzip.compress(page)) < 60_000
