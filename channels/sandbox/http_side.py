"""The sandbox over HTTP: a sending service of its own (POST /messages with JSON and an Idempotency-Key), and
under their names the providers of chat and telephone channels."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.utils import timezone

from channels.sandbox import provider_side, spoken
from channels.sandbox.arrivals import Arrival, Journal, Kept
from channels.sandbox.misbehaving import Mood
from channels.sandbox.provider_side import Posted, Synced

LARGEST_HEAD, LARGEST_BODY = 32 * 1024, 32 * 1024 * 1024
Answer = tuple[HTTPStatus, Mapping[str, Any] | bytes]
LONGEST_SUBJECT = 120
BETWEEN_DROPS = 0.005


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
        await self._say(_response(status, answer), writer)
        return headers.get("connection", "").lower() != "close"

    async def _say(self, response: bytes, writer: asyncio.StreamWriter) -> None:
        mood = self.mood
        pieces = (bytes([one]) for one in response) if mood.drips() else (response,)
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(BETWEEN_DROPS)
            writer.write(piece)
        if mood.cuts():
            await writer.drain()
            raise Hangup

    async def _answer(self, first: list[str], headers: Mapping[str, str], body: bytes) -> Answer:
        if first[:2] == ["GET", "/"]:
            return HTTPStatus.OK, {"service": "sandbox"}
        if first[:1] == ["POST"] and self.mood.fails():
            return HTTPStatus.SERVICE_UNAVAILABLE, {"error": "out of order"}
        if first[:2] == ["POST", "/messages"]:
            status, answer = await self._taken(headers, body)
        else:
            status, answer = await self._played(first, body)
        if first[:1] == ["POST"] and status < HTTPStatus.BAD_REQUEST and self.mood.errs():
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "something went wrong afterwards"}
        return status, answer

    async def _taken(self, headers: Mapping[str, str], body: bytes) -> Answer:
        message = _message(body)
        if message is None:
            return HTTPStatus.BAD_REQUEST, {"error": "a JSON object with a text `to` is needed"}
        return await self._take(message, headers.get("idempotency-key", ""), body)

    async def _played(self, first: list[str], body: bytes) -> Answer:
        """As one of the providers."""
        method, target = (*first, "", "")[:2]
        provider, answer = provider_side.answer(method, target, body)
        if isinstance(answer, Posted):
            return await self._post(provider, answer, body)
        if isinstance(answer, Synced):
            loop = asyncio.get_running_loop()
            return HTTPStatus.OK, await loop.run_in_executor(self._journal.thread, spoken.synced, answer)
        if answer is None:
            return HTTPStatus.NOT_FOUND, {"error": "nobody plays this here"}
        return answer.status, answer.body

    async def _post(self, provider: str, message: Posted, body: bytes) -> Answer:
        mood = self.mood
        if mood.delay:
            await asyncio.sleep(mood.delay)
        if mood.knows_no(message.recipient) or not message.recipient:
            return message.nobody.status, message.nobody.body
        if mood.asks_to_come_back():
            return message.busy.status, message.busy.body
        dropped = mood.drops()
        kept = await self._journal.keep(
            Arrival(
                received_at=timezone.now(),
                protocol=provider,
                sender=message.sender,
                recipient=message.recipient,
                subject=" ".join(message.text.split())[:LONGEST_SUBJECT],
                key=message.key,
                raw=body,
                answered=not dropped,
            )
        )
        if dropped or kept is Kept.UNCERTAIN:
            raise Hangup
        answer = message.yes if kept is Kept.STORED else message.busy
        return answer.status, answer.body

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
        named = b"twin" if mood.repeats_itself() else key.encode() or body
        return HTTPStatus.OK, {"id": sha256(named).hexdigest()[:24]}


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


def _response(status: HTTPStatus, answer: Mapping[str, Any] | bytes) -> bytes:
    is_file = isinstance(answer, bytes)
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    wait = "Retry-After: 1\r\n" if status is HTTPStatus.TOO_MANY_REQUESTS else ""
    kind = "image/png" if is_file else "application/json"
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n{wait}"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
