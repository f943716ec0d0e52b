"""One per web process: hears wake-ups, reads what is new once, and hands it to every open stream.

It has one line to the server of wake-ups and one thread with one database connection, however many streams
are open. A stream that cannot keep up is ended; its reader comes back and says how far it got.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.db import close_old_connections, connections
from django.db.utils import InterfaceError, OperationalError
from redis.exceptions import RedisError

from channels.live import presence, reading, wire
from channels.live.readers import Reader, gone
from channels.live.reading import Cursor, News

BEAT = 15.0
# After so long a stream begins anew, and who reads it is asked again whether they may.
LIFETIME = 600.0
PATIENCE = 2.0
MOST_OF_A_READER, MOST_STREAMS = 8, 5000

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """What a stream is told at once. Without a cursor it is worth nothing later."""

    news: tuple[News, ...] = ()
    cursor: Cursor | None = None
    is_broken: bool = False


@dataclass(eq=False)
class Stream:
    """One open page."""

    topics: frozenset[str]
    reader: Reader
    queue: asyncio.Queue[Batch | None] = field(default_factory=lambda: asyncio.Queue(200))
    opened: float = field(default_factory=time.monotonic)

    def tell(self, batch: Batch) -> None:
        try:
            self.queue.put_nowait(batch)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        while self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.woken = asyncio.Event()
        # Set once it is known from where on news are read: what a stream reads for itself must begin later.
        self.ready = asyncio.Event()
        self.work: asyncio.Task[None] | None = None
        # One thread, so one connection: readings take a millisecond and wait for each other.
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")

    @contextlib.asynccontextmanager
    async def joined(self, stream: Stream) -> AsyncIterator[None]:
        same = [one for one in self.streams if one.reader.name == stream.reader.name]
        for oldest in sorted(same, key=lambda one: one.opened)[: max(0, len(same) + 1 - MOST_OF_A_READER)]:
            oldest.end()
        self.streams.add(stream)
        if self.work is None or self.work.done():
            self.work = asyncio.get_running_loop().create_task(self._work())
        try:
            await self.ready.wait()
            self._arrived(stream)
            yield
        finally:
            self.streams.discard(stream)
            self._left(stream)
            if not self.streams and self.work is not None:
                self.work.cancel()
                self.work = None
                # At once: whoever comes next must not take the old beginning for theirs.
                self.ready.clear()

    def _arrived(self, stream: Stream) -> None:
        if stream.reader.user:
            self.thread.submit(presence.note, {stream.reader.user: looked_at(stream.topics)})

    def _left(self, stream: Stream) -> None:
        user = stream.reader.user
        if user and (left := looked_at(stream.topics) - set(self.pages().get(user, ()))):
            self.thread.submit(presence.go, user, left)

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """Runs something that reads the database, on the hub's thread."""

        def asked() -> Answer:
            close_old_connections()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self.thread, asked)

    async def _work(self) -> None:
        listening = asyncio.get_running_loop().create_task(self._listen())
        try:
            await self._tell_for_ever()
        except Exception:
            # Readers come back and begin anew; without this they would wait for ever.
            log.exception("News stopped in an unforeseen way")
            self.ready.clear()
            for stream in list(self.streams):
                stream.end()
        finally:
            listening.cancel()
            self.thread.submit(connections.close_all)

    async def _tell_for_ever(self) -> None:
        cursor: Cursor | None = None
        beat = time.monotonic() + BEAT
        while True:
            late = time.monotonic() >= beat
            try:
                cursor = await self._tell(cursor, is_beat=late)
                if late:
                    beat = time.monotonic() + BEAT
                    await self._look_after()
            except (OperationalError, InterfaceError):
                log.warning("News wait until the database is back")
                cursor = None
                await asyncio.sleep(PATIENCE)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), max(0.05, beat - time.monotonic()))
            self.woken.clear()

    async def _tell(self, cursor: Cursor | None, *, is_beat: bool) -> Cursor:
        found = await self.ask(lambda: reading.since(cursor))
        # After a crash of the database its transactions may be counted from a little lower again, so what
        # readers know says nothing.
        is_broken = found.is_broken or (cursor is None and self.ready.is_set())
        self.ready.set()
        for stream in list(self.streams):
            news = tuple(one for one in found.news if one.topic in stream.topics)
            if news or is_beat or is_broken:
                stream.tell(Batch(news, found.cursor, is_broken))
        return found.cursor

    async def _listen(self) -> None:
        channel = wire.key("live")
        while True:
            try:
                async with wire.listener() as client, client.pubsub() as line:
                    await line.subscribe(channel)
                    async for message in line.listen():
                        self._hear(str(message["data"]) if message["type"] == "message" else "")
            except (RedisError, OSError):
                # Until it is back, the table is read every other second.
                self.woken.set()
                await asyncio.sleep(PATIENCE)

    def _hear(self, said: str) -> None:
        if not said.startswith("{"):
            self.woken.set()
            return
        passing = json.loads(said)
        news = News(0, 0, passing["topic"], passing["kind"], passing["data"])
        for stream in list(self.streams):
            if news.topic in stream.topics:
                stream.tell(Batch((news,)))

    async def _look_after(self) -> None:
        """Ends streams of whoever may no longer read, and keeps note of who is there."""
        for stream in list(self.streams):
            if time.monotonic() - stream.opened > LIFETIME:
                stream.end()
        readers = {stream.reader for stream in self.streams}
        left = await self.ask(lambda: gone(readers))
        for stream in [one for one in self.streams if one.reader in left]:
            stream.end()
        pages = self.pages()
        await self.ask(lambda: presence.note(pages))

    def pages(self) -> dict[int, Collection[str]]:
        """What each colleague has open here."""
        found: dict[int, set[str]] = {}
        for stream in self.streams:
            if stream.reader.user:
                found.setdefault(stream.reader.user, set()).update(looked_at(stream.topics))
        return dict(found)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def here() -> Hub:
    """The hub of the running event loop; a web process has one."""
    loop: Any = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def is_full() -> bool:
    """Whether this process holds as many streams as it should."""
    return sum(len(one.streams) for one in list(_hubs.values())) >= MOST_STREAMS


def looked_at(topics: Collection[str]) -> set[str]:
    """Topics that people look at: one thing on the page, not what every page follows."""
    return {topic for topic in topics if ":" in topic and not topic.startswith("user:")}
