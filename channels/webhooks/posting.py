"""One POST to an address that somebody typed, so that nobody can make us talk to our own network.

The name is resolved once and the connection goes to that very address; every address it has must be public.
There are no redirects, one deadline for everything, and only the first words of the answer are read.
"""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from channels.connectors.wire import Wire
from crm.lib.fetching import CannotFetch, is_public, resolve

SECONDS = 10
PORTS = (443, 8443)
# Enough to find out what went wrong.
READ = 2000
KEPT = 500
AGENT = "crm-webhooks/1"

Resolve = Callable[[str, int], list[str]]


class CannotPost(Exception):
    """Why no answer came: a key of PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Target:
    """Where exactly to connect."""

    parts: SplitResult
    host: str
    port: int
    address: str

    @property
    def path(self) -> str:
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


def aim(url: str, resolve: Resolve = resolve) -> Target:
    """The address behind a URL; CannotPost when we must not go there."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("ascii")
    except ValueError:
        raise CannotPost("forbidden") from None
    is_local_allowed: bool = settings.WEBHOOK_LOCAL_TARGETS
    port = port or (443 if parts.scheme == "https" else 80)
    may_be_plain = is_local_allowed and parts.scheme == "http"
    if not host or parts.username or parts.password or not (parts.scheme == "https" or may_be_plain):
        raise CannotPost("forbidden")
    if not all("!" <= one <= "~" for one in url) or not (port in PORTS or is_local_allowed):
        raise CannotPost("forbidden")
    try:
        addresses = resolve(host, port)
    except CannotFetch:
        raise CannotPost("unknown_host") from None
    if not addresses or not (is_local_allowed or all(map(is_public, addresses))):
        raise CannotPost("forbidden")
    return Target(parts, host, port, addresses[0])


def post(url: str, headers: Mapping[str, str], body: bytes, *, resolve: Resolve = resolve) -> Answer:
    target = aim(url, resolve)
    try:
        wire = Wire(target.host, target.port, time.monotonic() + SECONDS, address=target.address)
        try:
            if target.parts.scheme == "https":
                wire.encrypt(target.host)
            wire.sendall(_request(target, headers, body))
            return _answer(wire)
        finally:
            wire.close()
    except ssl.SSLError:
        raise CannotPost("certificate") from None
    except TimeoutError:
        raise CannotPost("timeout") from None
    except (OSError, HTTPException, ValueError):
        raise CannotPost("unreachable") from None


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    usual = {443: "https", 80: "http"}.get(target.port) == target.parts.scheme
    host = f"[{target.host}]" if ":" in target.host else target.host
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {host if usual else f'{host}:{target.port}'}",
        f"User-Agent: {AGENT}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def _answer(wire: Wire) -> Answer:
    response = HTTPResponse(wire, method="POST")  # type: ignore[arg-type]
    response.begin()
    text = response.read(READ).decode(errors="replace").replace("\x00", "")
    return Answer(response.status, text[:KEPT])
