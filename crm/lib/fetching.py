"""A file from the web, fetched so that nobody can make us read our own network.

The name is resolved once, every address it has must be a public one, and the connection goes to exactly
that address: a name that answers differently the second time leads nowhere. Redirects follow the same rules.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

REDIRECTS = 3
BLOCK = 1 << 16
MOVED = (301, 302, 303, 307, 308)
# An address inside these is not public although it does not look private.
TUNNELS = tuple(
    map(
        ipaddress.ip_network,
        (
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2002::/16",
            "2001::/32",
            "::/96",
            "::ffff:0:0/96",
            "192.0.0.0/24",
        ),
    )
)

Resolve = Callable[[str, int], list[str]]


class CannotFetch(Exception):
    """Why there is no file: a code that the caller has words for."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Fetched:
    size: int
    name: str


def resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CannotFetch("not_reached") from None
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


def is_public(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(parsed.version == one.version and parsed in one for one in TUNNELS):
        return False
    return parsed.is_global and not parsed.is_multicast


def fetch(
    url: str,
    into: BinaryIO,
    *,
    most_bytes: int,
    seconds: float,
    resolve: Resolve = resolve,
    context: ssl.SSLContext | None = None,
) -> Fetched:
    """Writes what the https address answers; CannotFetch when it does not, or may not be asked."""
    deadline = time.monotonic() + seconds
    for _hop in range(REDIRECTS + 1):
        connection = _connect(url, deadline, resolve, context or ssl.create_default_context())
        try:
            answer = _ask(connection, url)
            if answer.status not in MOVED:
                return _read(answer, url, into, most_bytes, deadline)
            url = urljoin(url, answer.headers.get("Location", ""))
        except TimeoutError:
            raise CannotFetch("timed_out") from None
        except (OSError, http.client.HTTPException):
            raise CannotFetch("not_reached") from None
        finally:
            connection.close()
    raise CannotFetch("bad_answer")


class _Pinned(http.client.HTTPSConnection):
    """Connects to one address, and asks it to prove that it is the host of the URL."""

    def __init__(self, host: str, port: int, address: str, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self.address, self.tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


def _connect(url: str, deadline: float, resolve: Resolve, context: ssl.SSLContext) -> _Pinned:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise CannotFetch("bad_answer") from None
    if parts.scheme != "https" or not host or parts.username or parts.password:
        raise CannotFetch("forbidden_address")
    addresses = resolve(host, port)
    if not addresses or not all(map(is_public, addresses)):
        raise CannotFetch("forbidden_address")
    connection = _Pinned(host, port, addresses[0], max(0.1, deadline - time.monotonic()), context)
    try:
        connection.connect()
    except ssl.SSLError:
        raise CannotFetch("no_certificate") from None
    except TimeoutError:
        raise CannotFetch("timed_out") from None
    except (OSError, UnicodeError):
        raise CannotFetch("not_reached") from None
    return connection


def _ask(connection: _Pinned, url: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"User-Agent": "crm", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    try:
        connection.request("GET", path, headers=headers)
    except (http.client.InvalidURL, UnicodeError):
        raise CannotFetch("bad_answer") from None
    return connection.getresponse()


def _read(
    answer: http.client.HTTPResponse, url: str, into: BinaryIO, most_bytes: int, deadline: float
) -> Fetched:
    if answer.status != 200:
        raise CannotFetch("bad_answer")
    if (answer.length or 0) > most_bytes:
        raise CannotFetch("too_much")
    size = 0
    while block := answer.read1(BLOCK):
        size += len(block)
        if size > most_bytes:
            raise CannotFetch("too_much")
        if time.monotonic() > deadline:
            raise CannotFetch("timed_out")
        into.write(block)
    return Fetched(size, urlsplit(url).path.rpartition("/")[2] or "download")
