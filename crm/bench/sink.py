"""Servers that take every message and keep nothing: a mail server (aiosmtpd), a sending service over HTTP
(uvicorn), and a mail server that hardly looks at what it is told, to show what sending itself costs.

Runs as a process of its own: python -m crm.bench.sink, prints its ports, counts until it is stopped.
"""

import asyncio
import smtplib
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
END = b"\r\n.\r\n"
GREETING = b"220 sink\r\n"
ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
YES = b"250 OK\r\n"
TAKEN = b'{"id": "1"}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(TAKEN))]
_taken = 0

Asked = Callable[[], Awaitable[dict[str, Any]]]
Told = Callable[[dict[str, Any]], Awaitable[None]]


class Mail:
    """Hooks of aiosmtpd."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by name
        self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        return [answers[0], "250-PIPELINING", *answers[1:]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        global _taken
        _taken += 1
        return "250 OK"


async def service(_scope: Any, receive: Asked, send: Told) -> None:
    """Every request is a message and is taken."""
    global _taken
    more = True
    while more:
        more = bool((await receive()).get("more_body"))
    _taken += 1
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": TAKEN})


class Void(asyncio.Protocol):
    """One connection. Lines until DATA, then bytes until the lone dot."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.line = transport
        self.left = b""
        self.in_message = False
        self.say(GREETING)

    def data_received(self, data: bytes) -> None:
        self.left += data
        answers = []
        while answer := self.next_answer():
            answers.append(answer)
        self.say(b"".join(answers))

    def next_answer(self) -> bytes:
        global _taken
        end = END if self.in_message else b"\r\n"
        found, separator, left = self.left.partition(end)
        if not separator:
            return b""
        self.left = left
        if self.in_message:
            self.in_message = False
            _taken += 1
            return YES
        verb = found[:4].upper()
        self.in_message = verb == b"DATA"
        if verb == b"NOOP":  # how the bench asks how many came, over whichever server
            return b"250 %d\r\n" % _taken
        return ANSWERS.get(verb, YES)

    def say(self, data: bytes) -> None:
        if data and isinstance(self.line, asyncio.WriteTransport):
            self.line.write(data)


@dataclass(frozen=True)
class Running:
    """The ports of the mail server, of the service over HTTP, and of the mail server that hardly looks."""

    smtp: int
    http: int
    void: int

    def taken(self) -> int:
        """How many messages have arrived so far."""
        with smtplib.SMTP(HOST, self.void, local_hostname="bench") as client:
            return int(client.noop()[1])


@contextmanager
def sink() -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-m", "crm.bench.sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Running(*map(int, process.stdout.readline().split()))
    finally:
        process.terminate()
        process.wait()


async def main() -> None:
    loop, hooks = asyncio.get_running_loop(), Mail()
    mail = await loop.create_server(lambda: SMTP(hooks, hostname="sink", enable_SMTPUTF8=True), HOST, 0)
    void = await loop.create_server(Void, HOST, 0)
    # Named as what it is, or asyncio would let each answer wait for more to send.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind((HOST, 0))
    config = uvicorn.Config(service, lifespan="off", log_level="error", access_log=False)
    ports = (mail.sockets[0], door, void.sockets[0])
    print(*(one.getsockname()[1] for one in ports), flush=True)
    await uvicorn.Server(config).serve([door])


if __name__ == "__main__":
    asyncio.run(main())
