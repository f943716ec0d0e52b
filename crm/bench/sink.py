"""A mail server and a sending service over HTTP that take everything and keep nothing: lean, so that they are
not what is measured.

Runs as a process of its own: python -m crm.bench.sink, prints its ports, counts until it is stopped.
"""

import asyncio
import re
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

HOST = "127.0.0.1"
END = b"\r\n.\r\n"
GREETING = b"220 sink\r\n"
ANSWERS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
YES = b"250 OK\r\n"
LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)
TAKEN = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"id": "1"}'
_taken = 0


class Sink(asyncio.Protocol):
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
        if verb == b"NOOP":  # how the bench asks how many came
            return b"250 %d\r\n" % _taken
        return ANSWERS.get(verb, YES)

    def say(self, data: bytes) -> None:
        if data and isinstance(self.line, asyncio.WriteTransport):
            self.line.write(data)


class HttpSink(asyncio.Protocol):
    """One connection. Every request is a message and is taken."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.line = transport
        self.left = b""

    def data_received(self, data: bytes) -> None:
        global _taken
        self.left += data
        answers = []
        while (head := self.left.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.left, 0, head)
            end = head + 4 + (int(length[1]) if length else 0)
            if len(self.left) < end:
                break
            self.left = self.left[end:]
            _taken += 1
            answers.append(TAKEN)
        if answers and isinstance(self.line, asyncio.WriteTransport):
            self.line.write(b"".join(answers))


@dataclass(frozen=True)
class Running:
    port: int
    http_port: int

    def taken(self) -> int:
        """How many messages have arrived so far."""
        with smtplib.SMTP(HOST, self.port, local_hostname="bench") as client:
            return int(client.noop()[1])


@contextmanager
def sink() -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-m", "crm.bench.sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        smtp, http = process.stdout.readline().split()
        yield Running(int(smtp), int(http))
    finally:
        process.terminate()
        process.wait()


async def main() -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(kind, HOST, 0) for kind in (Sink, HttpSink)]
    print(*(one.sockets[0].getsockname()[1] for one in servers), flush=True)
    await asyncio.gather(*(one.serve_forever() for one in servers))


if __name__ == "__main__":
    asyncio.run(main())
