"""How often one visitor may ask."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from redis.exceptions import ConnectionError as Away

from crm.lib.limits import address_of, limit


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.mark.usefixtures("one_window")
def test_the_first_ones_pass() -> None:
    request = RequestFactory().get("/")
    assert [limit(request, "door", 2) for _ in range(3)] == [False, False, True]


@pytest.mark.usefixtures("one_window")
def test_doors_and_visitors_are_counted_apart() -> None:
    request, other = RequestFactory().get("/"), RequestFactory(REMOTE_ADDR="10.0.0.9").get("/")
    assert not limit(request, "door", 1)
    assert not limit(request, "window", 1)
    assert not limit(other, "door", 1)
    assert not limit(request, "door", 1, who="somebody")


def test_readers_go_on_without_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise Away

    monkeypatch.setattr(cache, "add", away)
    assert not limit(RequestFactory().get("/"), "door", 0)


def test_only_our_own_proxies_speak_for_a_visitor(settings: Any) -> None:
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR="6.6.6.6, 5.5.5.5")
    assert address_of(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert address_of(request) == "5.5.5.5"
    settings.TRUSTED_PROXIES = 3
    assert address_of(request) == "127.0.0.1"
