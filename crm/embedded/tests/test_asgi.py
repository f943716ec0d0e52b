"""The application under an ASGI server: lasting threads, streams in pieces, other loops left alone."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from pytest_django.fixtures import Settings

from crm.asgi import Application

seen: list[int] = []


@login_not_required
def where(request: HttpRequest) -> HttpResponse:
    seen.append(threading.get_ident())
    return HttpResponse("here")


@login_not_required
def export(request: HttpRequest) -> StreamingHttpResponse:
    def rows() -> Iterator[bytes]:
        for row in (b"a,b\n", b"c,d\n"):
            seen.append(threading.get_ident())
            yield row

    return StreamingHttpResponse(rows(), content_type="text/csv")


@login_not_required
async def live(request: HttpRequest) -> StreamingHttpResponse:
    async def events() -> AsyncIterator[bytes]:
        for number in range(2):
            seen.append(threading.get_ident())
            yield b"data: %d\n\n" % number
            await asyncio.sleep(0)

    return StreamingHttpResponse(events(), content_type="text/event-stream")


@login_not_required
async def threads(request: HttpRequest) -> StreamingHttpResponse:
    async def count() -> AsyncIterator[bytes]:
        together.add(request)
        while len(together) < 30:
            await asyncio.sleep(0.001)
        yield b"%d" % threading.active_count()

    return StreamingHttpResponse(count(), content_type="text/event-stream")


together: set[HttpRequest] = set()
urlpatterns = [
    path("where/", where),
    path("export/", export),
    path("live/", live),
    path("threads/", threads),
]


@pytest.fixture(autouse=True)
def _pages(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
    seen.clear()


def test_following_requests_share_a_thread_and_so_its_connection() -> None:
    assert _get("/where/", "/where/", "/where/") == [[b"here"]] * 3
    assert len(set(seen)) == 1
    assert seen[0] != threading.get_ident()


def test_export_is_sent_piece_by_piece_from_one_thread() -> None:
    assert _get("/export/") == [[b"a,b\n", b"c,d\n"]]
    assert len(set(seen)) == 1


def test_live_stream_runs_on_the_loop_and_holds_no_thread() -> None:
    assert _get("/live/") == [[b"data: 0\n\n", b"data: 1\n\n"]]
    assert set(seen) == {threading.get_ident()}


def test_no_stream_keeps_a_thread_of_its_own_while_it_is_open() -> None:
    async def ask_all_at_once() -> list[list[bytes]]:
        application, before = Application(), threading.active_count()
        asked = [_parts(application, "/threads/") for _number in range(30)]
        return [[b"%d" % (int(said[0]) - before)] for said in await asyncio.gather(*asked)]

    # Some lend themselves to requests, one to what Django does around them.
    assert max(int(more[0]) for more in asyncio.run(ask_all_at_once())) <= 6


def test_one_application_serves_one_loop_after_the_other() -> None:
    """More requests at once than there are threads, so that some wait."""
    application = Application()

    async def ask_all_at_once() -> list[list[bytes]]:
        return await asyncio.gather(*(_parts(application, "/where/") for _number in range(12)))

    for _loop in range(2):
        assert asyncio.run(ask_all_at_once()) == [[b"here"]] * 12


def _get(*paths: str) -> list[list[bytes]]:
    async def ask_one_after_another() -> list[list[bytes]]:
        application = Application()
        return [await _parts(application, path) for path in paths]

    return asyncio.run(ask_one_after_another())


async def _parts(application: Application, path: str) -> list[bytes]:
    """What one request is answered with, in the pieces in which it came."""
    asked = asyncio.Event()
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if asked.is_set():
            await asyncio.Event().wait()
        asked.set()
        return {"type": "http.request", "body": b""}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"host", b"testserver")]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await application(scope, receive, send)
    assert sent[0]["status"] == 200
    return [message["body"] for message in sent[1:] if message.get("body")]
