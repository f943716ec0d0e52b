"""The web application. Requests run on a few lasting threads, so that database connections last too."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakKeyDictionary

import django
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse

Idle = asyncio.LifoQueue[ThreadPoolExecutor]


class Threads:
    """Lends threads, the most recently used first, so that a quiet server keeps few database connections."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._idle: WeakKeyDictionary[asyncio.AbstractEventLoop, Idle] = WeakKeyDictionary()

    def idle(self) -> "Idle":
        """Of the running loop: a queue belongs to the first one that waits at it."""
        loop = asyncio.get_running_loop()
        if loop not in self._idle:
            self._idle[loop] = asyncio.LifoQueue()
            for _ in range(self.count):
                thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="request")
                self._idle[loop].put_nowait(thread)
        return self._idle[loop]

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Inside the block, synchronous code runs on one borrowed thread."""
        idle = self.idle()
        thread = await idle.get()
        is_over = False
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
            is_over = True
        finally:
            if is_over:
                idle.put_nowait(thread)
            else:
                # After a disconnect it may still be busy with the view: it hands itself back.
                loop = asyncio.get_running_loop()
                thread.submit(loop.call_soon_threadsafe, idle.put_nowait, thread)


class Application(ASGIHandler):
    """Django's handler, but with all middleware in one call instead of two thread changes for each."""

    def __init__(self) -> None:
        super().__init__()
        # Python runs one of them at a time; more would only take turns away from each other.
        self.for_views = Threads(4)
        self.for_downloads = Threads(16)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Without the thread of its own that Django gives to every request, for as long as a page listens."""
        if scope["type"] != "http":
            raise ValueError(scope["type"])
        await self.handle(scope, receive, send)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        async with self.for_views.one():
            response = await sync_to_async(self._respond)(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = self._parts(iter(response.streaming_content))  # type: ignore[arg-type]
        return response

    def _respond(self, request: HttpRequest) -> HttpResponseBase:
        # Django does this when a request starts, but on another thread than the one with the connection.
        close_old_connections()
        return self.get_response(request)

    async def _parts(self, content: Iterator[bytes]) -> AsyncIterator[bytes]:
        """A long file or export, piece by piece. Django would collect all of it first."""
        async with self.for_downloads.one():
            while (part := await sync_to_async(_next)(content)) is not None:
                yield part


def _next(content: Iterator[bytes]) -> bytes | None:
    return next(content, None)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup(set_prefix=False)
application = Application()
