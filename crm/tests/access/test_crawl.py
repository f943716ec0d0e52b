"""The crawl: every address of ours, as every colleague and as a stranger, by every method.

No page may show a customer to somebody who may not see them, no denied write may change a row, nothing may
crash. A new address fails `test_every_address_has_a_rule` until it is entered in rules.py.
"""

import logging
import re
from collections.abc import Iterator, Sequence

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from crm.accounts.policy import Role
from crm.tests.access import oracle
from crm.tests.access.crawl import METHODS, Address, addresses, names
from crm.tests.access.rules import PUBLIC, RULES
from crm.tests.access.world import CANARY, HOLDINGS, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

COLLEAGUES = [f"{role}-{place}" for role in Role for place in ("north", "south")] + ["nobody"]
DIGEST = "SELECT count(*) || ':' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t"
CONTACT = re.compile(r"canary-(\d+)-mail@secret\.test|13900(\d{6})")
OURS = ("crm", "customers", "channels", "segments")


def test_every_address_has_a_rule() -> None:
    assert sorted(set(names()) - set(RULES) - set(PUBLIC)) == []


@pytest.fixture(autouse=True)
def _forget_what_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    cache.clear()
    # Thousands of refusals are not worth a line each; crashes still are.
    caplog.set_level(logging.ERROR, "django.request")


@pytest.fixture(scope="module")
def tried(world: World) -> list[Address]:
    return addresses(world, RULES)


@pytest.fixture(scope="module")
def refused(world: World, tried: list[Address]) -> set[tuple[str, str]]:
    """Methods that an address refuses whoever asks, before it looks at anything: one colleague tries each of
    them with everything, the others need not."""
    client = Client(raise_request_exception=False)
    found: set[tuple[str, str]] = set()
    with transaction.atomic():
        client.force_login(world.users["operations-north"])
        for address in {address.name: address for address in tried}.values():
            # Nobody puts anything here, and whoever refuses says what they take instead.
            answer = ask(client, "put", address)
            if answer.status_code == 405:
                taken = answer.headers["Allow"].lower().split(", ")
                found.update((address.name, method) for method in METHODS if method not in taken)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("who", COLLEAGUES)
def test_a_colleague_sees_and_changes_only_what_the_oracle_allows(
    who: str, world: World, tried: list[Address], refused: set[tuple[str, str]]
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.users[who])
    before = digest()
    holes = [
        hole
        for address in tried
        for method in methods_of(who)
        if who == "operations-north" or (address.name, method) not in refused
        for hole in holes_of(ask(client, method, address), method, address, who, world)
    ]
    assert holes == []
    assert digest() == before


def methods_of(who: str) -> Sequence[str]:
    """HEAD runs what GET runs: not everybody has to try it."""
    return METHODS if who == "operations-north" else [one for one in METHODS if one != "head"]


def test_a_stranger_is_sent_to_sign_in_and_changes_nothing(tried: list[Address]) -> None:
    client = Client(raise_request_exception=False)
    before, answered = digest(), []
    for address in tried:
        for method in METHODS:
            client.cookies.clear()
            response = ask(client, method, address)
            if response.status_code not in (302, 405) or CANARY.search(text_of(response)):
                answered.append(f"{method} {address.url} {response.status_code}")
    assert answered == []
    assert digest() == before


def ask(client: Client, method: str, address: Address) -> HttpResponse:
    """Asks and takes back whatever an allowed write did; what a denied one did must show in the digest."""
    with transaction.atomic():
        response: HttpResponse = getattr(client, method)(address.url)
        if response.status_code < 400 and (address.rule.is_logged or method not in ("get", "head")):
            transaction.set_rollback(True)
    return response


def holes_of(response: HttpResponse, method: str, address: Address, who: str, world: World) -> Iterator[str]:
    where = f"{method} {address.name} ({address.holding}) → {response.status_code}"
    if response.status_code >= 500:
        yield f"{where}: crashed"
    if not address.allows(who) and response.status_code not in (404, 405):
        yield f"{where}: should be 404"
    is_open = address.allows(who) and not address.rule.writes and not address.rule.private
    if is_open and method == "get" and response.status_code == 404:
        yield f"{where}: should be open"
    if response.status_code == 200 and "no-store" not in response.headers.get("Cache-Control", ""):
        yield f"{where}: may be cached"
    if response.status_code == 200 and "Content-Security-Policy" not in response.headers:
        yield f"{where}: has no content security policy"
    text = text_of(response)
    shown = visible(who, world) | (restorable(who, world) if address.rule.shows_deleted else set())
    for number in {int(found) for found in CANARY.findall(text)} - shown - {0}:
        yield f"{where}: shows customer {number}"
    if not address.rule.shows_contacts and (found := CONTACT.search(text)):
        yield f"{where}: shows a contact in clear: {found[0]}"


def visible(who: str, world: World) -> set[int]:
    return {
        customer.pk
        for holding, customer in world.customers.items()
        if oracle.may_customer(who, "view", holding)
    }


def restorable(who: str, world: World) -> set[int]:
    return {customer.pk for holding, customer in world.customers.items() if oracle.may_restore(who, holding)}


def text_of(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return content.decode(errors="replace") + str(dict(response.headers))


def digest() -> dict[str, str]:
    """A fingerprint of every table that holds the company's own data."""
    found = {}
    with connection.cursor() as cursor:
        for app in apps.get_app_configs():
            if app.name.partition(".")[0] not in OURS:
                continue
            for model in app.get_models(include_auto_created=True):
                table = model._meta.db_table
                cursor.execute(DIGEST.format(table))
                found[table] = cursor.fetchone()[0]
    # Who signs in or shows a token leaves the time of it there.
    for table in ("accounts_user", "api_token"):
        found.pop(table)
    return found


def test_the_crawl_knows_every_way_of_holding_a_customer() -> None:
    assert {"own", "other", "unowned", "restricted", "shared", "deleted"} <= set(HOLDINGS)
