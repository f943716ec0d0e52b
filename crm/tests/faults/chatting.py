"""Visitors and open pages as browsers are: they try again with the same number, and say how far they got."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4


@dataclass
class Server:
    """Where the company answers. One request per connection, so that a kill breaks no more than one."""

    port: int

    async def ask(
        self, path: str, fields: dict[str, Any] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        async with asyncio.timeout(20):
            reader, writer = await self._send(path, fields, {**headers, "Connection": "close"})
            try:
                status = await _status(reader)
                return status, await reader.read()
            finally:
                writer.close()

    async def events(self, path: str, headers: dict[str, str]) -> AsyncIterator[dict[str, str]]:
        """Server-sent events until the line breaks."""
        reader, writer = await self._send(path, None, headers)
        try:
            if await _status(reader) != 200:
                raise ConnectionError
            found: dict[str, str] = {}
            while line := await asyncio.wait_for(reader.readline(), 40):
                name, _colon, value = line.decode().rstrip("\r\n").partition(": ")
                if name in ("id", "event", "data", "retry"):
                    found[name] = value
                elif not name and found:
                    yield found
                    found = {}
        finally:
            writer.close()

    async def _send(
        self, path: str, fields: dict[str, Any] | None, headers: dict[str, str]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        body = urlencode(fields).encode() if fields is not None else b""
        lines = [f"{'GET' if fields is None else 'POST'} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if fields is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        return reader, writer


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1])


BROKEN = (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError, IndexError)


@dataclass
class Page:
    """Follows a stream, comes back when it breaks, and keeps what it was told."""

    server: Server
    path: str
    headers: dict[str, str]
    take: Callable[[dict[str, Any]], None]
    cursor: str = ""
    resets: int = 0
    lines: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        while True:
            known = {"Last-Event-ID": self.cursor} if self.cursor else {}
            with contextlib.suppress(*BROKEN):
                self.lines += 1
                async for event in self.server.events(self.path, {**self.headers, **known}):
                    if event.get("event") == "reset":
                        self.resets += 1
                    elif "data" in event:
                        for one in json.loads(event["data"]):
                            self.take(one)
                    self.cursor = event.get("id", self.cursor)
                    if self.cursor:
                        self.ready.set()
            await asyncio.sleep(random.uniform(0.3, 1.2))


@dataclass
class Visitor:
    """One of many, each with an address of its own."""

    server: Server
    token: str
    number: int
    sent: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    began: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    again: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    async def begin(self) -> Page:
        self.headers = {"X-Forwarded-For": f"10.{self.number // 250}.{self.number % 250}.7"}
        _status_code, body = await self.server.ask(f"/chat/{self.token}/setup/", {}, self.headers)
        said = json.loads(body)
        self.headers["Authorization"] = f"Visitor {said['visitor']}"
        stream = f"/chat/{self.token}/stream/"
        return Page(self.server, stream, self.headers, self._hear, cursor=said["cursor"])

    def _hear(self, one: dict[str, Any]) -> None:
        if one["kind"] == "message":
            client = one["message"]["client"]
            self.heard.append(client)
            self.took.append(time.monotonic() - self.began[client])

    async def say(self) -> None:
        """Until the server says that it has it; always the same message."""
        number = str(uuid4())
        self.sent.append(number)
        self.began[number] = time.monotonic()
        fields = {"id": number, "text": f"Message {len(self.sent)} of {self.number}"}
        while True:
            with contextlib.suppress(*BROKEN):
                status, _body = await self.server.ask(f"/chat/{self.token}/messages/", fields, self.headers)
                if status == 200:
                    return
            self.again += 1
            await asyncio.sleep(random.uniform(0.3, 1.0))


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)] if values else 0.0
