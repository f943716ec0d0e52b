"""An open stream of server-sent events, from what its reader missed to what happens now.

Everything that became visible at once travels as one event with one id, the cursor behind it: a browser takes
an event whole or not at all, so a broken line never leaves it between two pieces of news.
"""

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from channels.live import hub, reading
from channels.live.hub import Batch, Stream
from channels.live.reading import Cursor, News

# What a browser waits before it comes back.
RETRY = b"retry: 1000\n\n"
Show = Callable[[tuple[News, ...]], list[dict[str, Any]]]


def plainly(news: tuple[News, ...]) -> list[dict[str, Any]]:
    return [{"topic": one.topic, "kind": one.kind, "data": one.data} for one in news]


def cursor_of(request: HttpRequest) -> Cursor | None:
    """How far the reader got: browsers that come back by themselves say it in a header."""
    said = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    return Cursor.parse(said)


def is_possible(request: HttpRequest) -> bool:
    """Whether the server can hold a stream open without holding a thread."""
    return hasattr(request, "scope")


def answer(
    stream_of: Callable[[], Stream], cursor: Cursor | None, show: Show = plainly
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(parts(stream_of, cursor, show), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    # Compression and proxies would collect pieces before they pass them on.
    response["Content-Encoding"] = "identity"
    response["X-Accel-Buffering"] = "no"
    return response


async def parts(stream_of: Callable[[], Stream], cursor: Cursor | None, show: Show) -> AsyncIterator[bytes]:
    stream, here = stream_of(), hub.here()
    yield RETRY
    async with here.joined(stream):
        found = await here.ask(partial(reading.since, cursor, stream.topics))
        known = found.cursor
        # A reader who knows nothing yet has to look at everything once.
        batch: Batch | None = Batch(found.news, known, found.is_broken or cursor is None)
        while batch is not None:
            yield await _event(here, batch, show)
            batch = await stream.queue.get()
            if batch and batch.cursor:
                known, batch = _beyond(known, batch, batch.cursor)


def _beyond(known: Cursor, batch: Batch, cursor: Cursor) -> tuple[Cursor, Batch]:
    """Without what the reader was already told when the stream began."""
    news = tuple(one for one in batch.news if not known.knows(one.transaction))
    later = known if cursor.is_before(known) and not batch.is_broken else cursor
    return later, Batch(news, later, batch.is_broken)


async def _event(here: hub.Hub, batch: Batch, show: Show) -> bytes:
    lines = [f"id: {batch.cursor}"] if batch.cursor else []
    if batch.is_broken:
        # Whoever looks at everything anew needs no news besides.
        lines += ["event: reset", "data: {}"]
    elif batch.news:
        said = show(batch.news) if show is plainly else await here.ask(partial(show, batch.news))
        if said:
            lines += ["event: news", f"data: {json.dumps(said)}"]
    return ("\n".join(lines or [":"]) + "\n\n").encode()
