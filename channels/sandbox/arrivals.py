"""Keeps what arrives: committed before the sender is told, many waiting messages in one commit."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import DatabaseError, connection

LARGEST_BATCH = 500


class Kept(Enum):
    """What became of a message."""

    STORED = "stored"
    KNOWN = "known"  # its key came before, with the same content
    CLASHES = "clashes"  # its key came before, with other content
    NOT_STORED = "not stored"
    UNCERTAIN = "uncertain"  # the database vanished while it was committing


@dataclass(frozen=True)
class Arrival:
    received_at: datetime
    protocol: str
    sender: str
    recipient: str
    subject: str
    key: str
    raw: bytes
    answered: bool = True


class Journal:
    """One writer for all connections, with one thread and one database connection of its own."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[tuple[Arrival, asyncio.Future[Kept]]] = asyncio.Queue()
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-journal")

    async def keep(self, arrival: Arrival) -> Kept:
        answer: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((arrival, answer))
        return await answer

    async def write(self) -> None:
        """Runs for ever. While one batch is being committed the next one gathers."""
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty() and len(batch) < LARGEST_BATCH:
                batch.append(self._waiting.get_nowait())
            results = await loop.run_in_executor(self.thread, store, [arrival for arrival, _ in batch])
            for (_, answer), result in zip(batch, results, strict=True):
                if not answer.done():  # its connection may be gone
                    answer.set_result(result)

    def close(self) -> None:
        self.thread.submit(connection.close)
        self.thread.shutdown()


def store(batch: list[Arrival]) -> list[Kept]:
    """One statement that commits itself, so between "not stored" and "stored" lies only a lost connection."""
    try:
        connection.ensure_connection()
        return _insert(batch)
    except DatabaseError:
        was_lost = connection.connection is not None and connection.connection.closed
        connection.close()
        return [Kept.UNCERTAIN if was_lost else Kept.NOT_STORED] * len(batch)


def _insert(batch: list[Arrival]) -> list[Kept]:
    columns: list[Any] = [
        [one.received_at for one in batch],
        [one.protocol for one in batch],
        [_text(one.sender, 320) for one in batch],
        [_address(one.recipient) for one in batch],
        [_text(one.subject, 300) for one in batch],
        [_text(one.key, 255) for one in batch],
        [one.raw for one in batch],
        [one.answered for one in batch],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sandbox_sandboxmessage
                   (received_at, protocol, sender, recipient, subject, key, raw, answered)
            SELECT * FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],
                                 %s::text[], %s::bytea[], %s::boolean[])
            ON CONFLICT (key) WHERE protocol = 'http' AND key <> '' DO NOTHING
            """,
            columns,
        )
        if cursor.rowcount == len(batch):
            return [Kept.STORED] * len(batch)
        keys = [one.key for one in batch if one.protocol == "http" and one.key]
        cursor.execute(
            "SELECT key, raw FROM sandbox_sandboxmessage WHERE protocol = 'http' AND key = ANY(%s)", [keys]
        )
        stored = {key: bytes(raw) for key, raw in cursor.fetchall()}
    return [Kept.KNOWN if stored.get(one.key, one.raw) == one.raw else Kept.CLASHES for one in batch]


def _address(value: str) -> str:
    """Addresses of mail are the same in large letters, the names WeChat has for people are not."""
    text = _text(value, 320)
    return text.lower() if "@" in text else text


def _text(value: str, longest: int) -> str:
    """One hostile message must not spoil a batch: PostgreSQL takes no NUL and no half surrogate pair."""
    return value[:longest].replace("\x00", "").encode(errors="replace").decode()
