"""Our own server in this process, on the test's database, and a reader of streams of its own."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import uvicorn


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The asynchronous application as production runs it; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        "crm.asgi:application",
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


class Listener:
    """One open stream, read in a thread of its own."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        parts = urlsplit(address)
        self.line = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
        self.line.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        self.answer = self.line.getresponse()
        self.news: list[dict[str, Any]] = []
        self.resets = 0
        self.last_id = ""
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError, AttributeError):
            while line := self.answer.readline():
                name, _colon, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                self._take(fields)
                fields = {}
        self.ended.set()

    def _take(self, fields: dict[str, str]) -> None:
        self.last_id = fields.get("id", self.last_id)
        if fields.get("event") == "reset":
            self.resets += 1
        elif "data" in fields:
            self.news += json.loads(fields["data"])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self.line.sock:
                self.line.sock.shutdown(socket.SHUT_RDWR)
            self.line.close()
        self.thread.join(5)


def until(condition: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
