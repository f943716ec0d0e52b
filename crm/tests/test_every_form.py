"""The Big List of Naughty Strings through every form: nothing crashes, what is stored is what was typed."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from crm.accounts import factories as people
from crm.accounts.policy import Role
from crm.tests.access.crawl import addresses
from crm.tests.access.rules import RULES
from crm.tests.access.world import build
from customers.models import Customer

STRINGS = settings.BASE_DIR.parent / "shared/data/fuzz/blns/blns.json"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not STRINGS.exists(), reason="../shared/data/fuzz is not here"),
]
TYPED = {"text", "search", "email", "tel", "url", "number", "date", "time", "datetime-local", "password", ""}
# Free texts of a customer; the others have a form of their own and refuse what is not in it.
FREE = ("name", "company", "job_title", "province", "city", "address", "postcode")
# Forms that sign the crawling colleague out or change what the crawl stands on.
LEFT_OUT = ("/account/", "/language/", "/theme/")


class Forms(HTMLParser):
    """The POST forms of a page: their addresses and what a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str], list[str]]] = []
        self._selects: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            target = given.get("hx-post") or (
                given.get("action", "") if given.get("method", "").lower() == "post" else None
            )
            self.found.append((target or "", {}, []))
        elif self.found and given.get("name"):
            self._field(tag, given)
        elif self.found and tag == "option" and self._selects and "selected" in given:
            self.found[-1][1][self._selects] = given.get("value", "")

    def _field(self, tag: str, given: dict[str, str]) -> None:
        _target, sent, typed = self.found[-1]
        self._selects = given["name"] if tag == "select" else ""
        if tag == "textarea" or (tag == "input" and given.get("type", "text") in TYPED):
            typed.append(given["name"])
        elif tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            sent[given["name"]] = given.get("value", "")


def naughty() -> list[str]:
    """PostgreSQL has no NUL; that it is refused with a sentence is tried by itself."""
    return [text for text in json.loads(STRINGS.read_text(encoding="utf-8")) if text]


def test_every_form_takes_anything() -> None:
    world = build()
    cache.clear()
    strings = cycle([*naughty(), "\x00", "9" * 5000, "0000-00-00", "𝔘" * 300])
    crashed, asked = [], 0
    for who in ("operations-north", "admin-north"):
        client = Client(raise_request_exception=False)
        client.force_login(world.users[who])
        for target, fields in forms_of(client, who, world):
            for _turn in range(2):
                sent = fields[0] | {name: next(strings) for name in fields[1]}
                with transaction.atomic():
                    status = client.post(target, sent).status_code
                    transaction.set_rollback(True)
                asked += 1
                if status >= 500:
                    crashed.append((who, target, sent))
    assert crashed == []
    assert asked > 100


def forms_of(client: Client, who: str, world: Any) -> Iterator[tuple[str, tuple[dict[str, str], list[str]]]]:
    """Each form once that this colleague is shown and in which something can be typed."""
    seen = set()
    for address in addresses(world, RULES):
        if address.holding not in ("", "own") or not address.allows(who) or address.rule.writes:
            continue
        with transaction.atomic():
            page = client.get(address.url)
            transaction.set_rollback(True)
        if page.status_code != 200 or "text/html" not in page.headers.get("Content-Type", ""):
            continue
        parser = Forms()
        parser.feed(page.content.decode())
        for target, sent, typed in parser.found:
            place = target.partition("?")[0] or address.url
            key = (address.name, place if not address.holding else "", tuple(typed))
            if typed and key not in seen and not place.startswith(LEFT_OUT):
                seen.add(key)
                yield target or address.url, (sent, typed)


def test_what_is_typed_is_stored_or_refused_with_a_sentence() -> None:
    client = Client()
    client.force_login(people.user(Role.OPERATIONS))
    refused: dict[str, str] = {}
    strings = naughty()
    for start in range(0, len(strings), len(FREE)):
        fields = dict(zip(FREE, strings[start:], strict=False))
        answer = client.post(reverse("customers:new"), {"kind": "person", **fields})
        if answer.status_code != 302:
            errors = answer.context["form"].errors
            assert set(errors) <= set(fields), errors
            refused |= {fields.pop(name): str(found[0]) for name, found in errors.items()}
            fields.setdefault("name", "Somebody")
            answer = client.post(reverse("customers:new"), {"kind": "person", **fields})
        assert answer.status_code == 302, (fields, answer.context["form"].errors)
        made = Customer.objects.latest("pk")
        assert {name: getattr(made, name) for name in fields} == {
            name: text.strip() for name, text in fields.items()
        }
    assert all(refused.values())
    assert len(refused) < 60, refused
