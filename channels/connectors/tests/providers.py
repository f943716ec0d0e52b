"""Providers with bad days: small servers on real sockets that break off where they are told to."""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

# What a provider does instead of answering.
SILENT, DROP, STOP_READING = b"<silent>", b"<drop>", b"<stop reading>"
Talk = Callable[["Line"], None]


class Gone(Exception):
    """The provider is done with this connection."""


@dataclass
class Provider:
    """Listens on a port of its own; `talk` leads each connection."""

    talk: Talk
    port: int = 0
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)


@dataclass
class Line:
    """The provider's end of one connection."""

    socket: socket.socket
    provider: Provider
    unread: bytes = b""

    def say(self, words: bytes) -> None:
        if words == DROP:
            raise Gone
        if words in (SILENT, STOP_READING):
            self.provider.over.wait(20)
            raise Gone
        self.socket.sendall(words)

    def read_until(self, end: bytes) -> bytes:
        while end not in self.unread:
            data = self.socket.recv(65536)
            if not data:
                raise Gone
            self.unread += data
        found, _, self.unread = self.unread.partition(end)
        return found

    def read(self, size: int) -> bytes:
        while len(self.unread) < size:
            data = self.socket.recv(65536)
            if not data:
                raise Gone
            self.unread += data
        found, self.unread = self.unread[:size], self.unread[size:]
        return found


@contextlib.contextmanager
def serving(talk: Talk) -> Iterator[Provider]:
    provider = Provider(talk)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        provider.port = listener.getsockname()[1]
        accepting = threading.Thread(target=_accept, args=(listener, provider), daemon=True)
        accepting.start()
        try:
            yield provider
        finally:
            provider.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join(5)


def _accept(listener: socket.socket, provider: Provider) -> None:
    while True:
        try:
            accepted, _ = listener.accept()
        except OSError:
            return
        provider.connections += 1
        threading.Thread(target=_lead, args=(accepted, provider), daemon=True).start()


def _lead(accepted: socket.socket, provider: Provider) -> None:
    with accepted, contextlib.suppress(OSError, Gone):
        provider.talk(Line(accepted, provider))


def smtp(**answers: bytes) -> Talk:
    """A mail server. `answers` are by stage: greeting, ehlo, mail, rcpt, data, end, rset."""
    says = {
        "greeting": b"220 ready\r\n",
        "ehlo": b"250-sink\r\n250 8BITMIME\r\n",
        "mail": b"250 OK\r\n",
        "rcpt": b"250 OK\r\n",
        "data": b"354 go on\r\n",
        "end": b"250 kept as 42\r\n",
        "rset": b"250 OK\r\n",
        "quit": b"221 bye\r\n",
    } | answers

    def talk(line: Line) -> None:
        line.say(says["greeting"])
        while True:
            verb = line.read_until(b"\r\n").split(b" ")[0].decode(errors="replace").lower()
            line.say(says.get(verb, b"250 OK\r\n"))
            if verb == "quit":
                raise Gone
            if verb == "data" and says["data"].startswith(b"354"):
                if says["end"] == STOP_READING:
                    line.say(SILENT)
                line.provider.messages.append(line.read_until(b"\r\n.\r\n") + b"\r\n")
                line.say(says["end"])

    return talk


def http(
    answer: bytes = b"", *, stop_reading: bool = False, aside: Mapping[bytes, bytes] | None = None
) -> Talk:
    """A service that says `answer` to every request. `aside`: what it says to requests that begin otherwise,
    such as the one for a token; they are no messages."""

    def talk(line: Line) -> None:
        while True:
            head = line.read_until(b"\r\n\r\n")
            said = next((one for start, one in (aside or {}).items() if head.startswith(start)), None)
            if stop_reading and said is None:
                line.say(SILENT)
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = line.read(int(length[1]) if length else 0)
            if said is None:
                line.provider.messages.append(body)
            line.say(said or answer or http_answer(200, b'{"id": "42"}'))

    return talk


def http_answer(status: int, body: bytes = b"{}", extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d Whatever\r\n%sContent-Length: %d\r\n\r\n%s" % (status, extra, len(body), body)


def drip(words: bytes) -> Talk:
    """Says its words one byte at a time: each wait is short, all of them together are not."""

    def talk(line: Line) -> None:
        for byte in words:
            line.say(bytes([byte]))
            time.sleep(0.05)
        line.say(SILENT)

    return talk


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
