"""The sandbox as a sending service: POST /messages with JSON and an Idempotency-Key."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.utils import timezone

from channels.sandbox.arrivals import Arrival, Journal, Kept
from channels.sandbox.misbehaving import Mood

LARGEST_HEAD, LARGEST_BODY = 32 * 1024, 32 * 1024 * 1024
Answer = tuple[HTTPStatus, dict[str, Any]]


class Hangup(Exception):
    """The sandbox breaks the connection on purpose."""


class HttpSide:
    """A small HTTP/1.1 server: no library that is already here serves asyncio."""

    def __init__(self, journal: Journal) -> None:
        self.mood = Mood()
        self._journal = journal
        self._lines: set[asyncio.StreamWriter] = set()

    def hang_up(self) -> None:
        for line in list(self._lines):
            line.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, Hangup):
                while await self._exchange(reader, writer):
                    await writer.drain()
        finally:
            self._lines.discard(writer)
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer. False closes the connection."""
        first, headers = _head(await reader.readuntil(b"\r\n\r\n"))
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY or "transfer-encoding" in headers:
            writer.write(_response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "too large"}))
            await writer.drain()
            return False
        body = await reader.readexactly(int(length))
        status, answer = await self._answer(first, headers, body)
        writer.write(_response(status, answer))
        return headers.get("connection", "").lower() != "close"

    async def _answer(self, first: list[str], headers: Mapping[str, str], body: bytes) -> Answer:
        if first[:2] == ["GET", "/"]:
            return HTTPStatus.OK, {"service": "sandbox"}
        if first[:2] != ["POST", "/messages"]:
            return HTTPStatus.NOT_FOUND, {"error": "POST /messages is all there is"}
        message = _message(body)
        if message is None:
            return HTTPStatus.BAD_REQUEST, {"error": "a JSON object with a text `to` is needed"}
        return await self._take(message, headers.get("idempotency-key", ""), body)

    async def _take(self, message: Mapping[str, Any], key: str, body: bytes) -> Answer:
        mood = self.mood
        if mood.delay:
            await asyncio.sleep(mood.delay)
        if mood.knows_no(message["to"]):
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "there is nobody of that name", "field": "to"}
        if mood.asks_to_come_back():
            return HTTPStatus.TOO_MANY_REQUESTS, {"error": "please come back later"}
        dropped = mood.drops()
        kept = await self._journal.keep(
            Arrival(
                received_at=timezone.now(),
                protocol="http",
                sender=str(message.get("from", "")),
                recipient=message["to"],
                subject=str(message.get("subject", "")),
                key=key,
                raw=body,
                answered=not dropped,
            )
        )
        if dropped or kept is Kept.UNCERTAIN:
            raise Hangup
        if kept is Kept.NOT_STORED:
            return HTTPStatus.TOO_MANY_REQUESTS, {"error": "the sandbox cannot store it now"}
        if kept is Kept.CLASHES:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "this key came with other content before"}
        # The same key always gets the same answer, also after a restart.
        return HTTPStatus.OK, {"id": sha256(key.encode() or body).hexdigest()[:24]}


def _head(raw: bytes) -> tuple[list[str], dict[str, str]]:
    first, *lines = raw.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return first.split(), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _message(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    usable = isinstance(found, dict) and isinstance(found.get("to"), str) and found["to"]
    return found if usable else None


def _response(status: HTTPStatus, answer: Mapping[str, Any]) -> bytes:
    body = json.dumps(answer).encode()
    wait = "Retry-After: 1\r\n" if status is HTTPStatus.TOO_MANY_REQUESTS else ""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{wait}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
