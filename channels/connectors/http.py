"""One HTTP line to a provider that knows, whatever breaks, whether a request can have arrived.

The name of a provider is resolved once and the connection goes to that very address, which must be public:
whatever somebody typed as an address, nobody can make us talk to our own network. There are no redirects,
and one deadline holds for the whole exchange.
"""

import json
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from channels.connectors.base import (
    Accepted,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Session,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.files import Upload
from channels.connectors.reading import word
from channels.connectors.uploading import for_the_message, parcel, with_file
from channels.connectors.wire import Wire
from channels.sandbox import location
from crm.lib.fetching import CannotFetch, is_public, resolve

LONGEST_ANSWER = 64 * 1024
SOON, LATER, MUCH_LATER = 10, 60, 300
PORTS = (443, 8443)
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class BadAddress(ValueError):
    """Nobody may be called under such an address."""


@dataclass(frozen=True)
class Origin:
    """Where a provider's API is. `is_local` is the sandbox of this machine, plain and not public."""

    host: str
    port: int = 443
    prefix: str = ""
    is_local: bool = False
    is_plain: bool = False

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 80 if self.is_local or self.is_plain else 443
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What the provider said, header names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class NotSent:
    """The provider certainly does not know of the call. `is_down`: there was no line to say it on."""

    trouble: Trouble
    is_down: bool = False

    @property
    def outcome(self) -> Retry:
        return Retry(LATER if self.is_down else SOON, reason(self.trouble), channel_down=self.is_down)


@dataclass(frozen=True)
class Lost:
    """The call went out, and nobody knows what became of it."""

    trouble: Trouble

    @property
    def outcome(self) -> Unknown:
        return Unknown(reason(self.trouble))


def sandbox(key: str) -> Origin:
    """Where the local sandbox plays the provider of that connector."""
    return Origin(location.HOST, location.current().http_port, f"/{key}", is_local=True)


def split(url: str) -> tuple[Origin, str]:
    """A typed address as origin and path; BadAddress unless it is one we may call."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host.encode("ascii")
    except ValueError:
        raise BadAddress from None
    is_plain = parts.scheme == "http" and settings.WEBHOOK_LOCAL_TARGETS
    port = port or (80 if is_plain else 443)
    usable = host and (parts.scheme == "https" or is_plain) and not parts.username and not parts.password
    if not usable or not all("!" <= one <= "~" for one in url):
        raise BadAddress
    if port not in PORTS and not settings.WEBHOOK_LOCAL_TARGETS:
        raise BadAddress
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Origin(host, port, is_plain=is_plain), path


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields, errors="replace").encode()


class Line:
    """One connection, opened by the first call and kept open."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._wire: Wire | None = None

    def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def connect(self, deadline: float) -> Wire | NotSent:
        """The open line, or a new one. Reconnecting an idle line is no second try: nothing was said on it."""
        if self._wire is not None and self._wire.went_stale():
            self.close()
        if self._wire is None:
            try:
                self._wire = self._opened(deadline)
            except CannotFetch:
                return NotSent(Trouble.NO_HOST, is_down=True)
            except BadAddress:
                return NotSent(Trouble.SETUP, is_down=True)
            except (OSError, ValueError) as error:
                return NotSent(trouble_of(error), is_down=True)
        self._wire.deadline = deadline
        return self._wire

    def ask(self, call: Call, deadline: float, most: int = LONGEST_ANSWER) -> Reply | NotSent | Lost:
        """One call; of its answer at most so many bytes are read."""
        try:
            said = self._written(call)
        except UnicodeError:
            return NotSent(Trouble.SETUP, is_down=True)
        wire = self.connect(deadline)
        if isinstance(wire, NotSent):
            return wire
        if not wire.hand_over(said):
            self.close()
            return NotSent(Trouble.DROPPED)
        # It asks of a socket no more than makefile.
        answer = HTTPResponse(wire, method=call.method)  # type: ignore[arg-type]
        try:
            answer.begin()
            body = answer.read(most)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            return Lost(trouble_of(error))
        if answer.will_close or not answer.isclosed():
            self.close()
        return Reply(answer.status, body, {name.lower(): value for name, value in answer.getheaders()})

    def _opened(self, deadline: float) -> Wire:
        origin = self.origin
        if origin.is_local:
            return Wire(origin.host, origin.port, deadline)
        addresses = resolve(origin.host, origin.port)
        if not settings.WEBHOOK_LOCAL_TARGETS and not all(map(is_public, addresses)):
            raise BadAddress
        trouble: OSError = ConnectionRefusedError()
        for address in addresses:
            try:
                return Wire(origin.host, origin.port, deadline, tls=not origin.is_plain, address=address)
            except ssl.SSLError:
                raise
            except OSError as error:
                trouble = error
        raise trouble

    def _written(self, call: Call) -> bytes:
        headers = {
            "Host": self.origin.authority,
            "User-Agent": "crm",
            "Accept-Encoding": "identity",
            **call.headers,
        }
        if call.body or call.method != "GET":
            headers["Content-Length"] = str(len(call.body))
        lines = [f"{call.method} {self.origin.prefix}{call.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not all(line.isascii() and line.isprintable() for line in lines):
            raise UnicodeError
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + call.body


class ApiSession(Session):
    """A session that makes one call per message."""

    def __init__(self, origin: Origin) -> None:
        self.line = Line(origin)

    def close(self) -> None:
        self.line.close()

    # How the provider's answer to a file names it.
    file_field: ClassVar[str] = "id"

    def call(self, payload: Payload, key: str) -> Call:
        return Call("POST", payload.path or "/", JSON, payload.data)

    def post(self, payload: Payload, key: str, deadline: float) -> Reply | Outcome:
        answer = self.line.ask(self.call(payload, key), deadline)
        return answer if isinstance(answer, Reply) else answer.outcome

    def verdict(self, reply: Reply) -> Outcome:
        return usual_verdict(reply)

    def hand_over(self, upload: Upload, key: str, deadline: float) -> str | Retry | Rejected:
        """The provider's name of a file, or why its message cannot be sent."""
        answer = self.post(parcel(upload), key, deadline)
        if not isinstance(answer, Reply):
            return for_the_message(answer)
        number = word(answer.json(), self.file_field)
        return number if number and answer.status == 200 else for_the_message(self.verdict(answer))

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        deadline = time.monotonic() + timeout
        if payload.upload is not None:
            number = self.hand_over(payload.upload, key, deadline)
            if not isinstance(number, str):
                return number
            payload = with_file(payload, payload.upload, number)
        answer = self.post(payload, key, deadline)
        return self.verdict(answer) if isinstance(answer, Reply) else answer

    def _check(self, timeout: float) -> Retry | Rejected | None:
        self.close()
        wire = self.line.connect(time.monotonic() + timeout)
        return wire.outcome if isinstance(wire, NotSent) else None


def usual_verdict(reply: Reply, provider_id: str = "", words: str = "") -> Outcome:
    """What a status says where the provider says nothing more exact."""
    status, said = reply.status, f"{reply.status} {words}"
    if status in (200, 201, 202):
        return Accepted(without_addresses(provider_id))
    if status in (408, 425, 429):
        return Retry(wait_of(reply), reason(Trouble.BUSY, said))
    if status in (401, 403, 404, 405):
        return Retry(MUCH_LATER, reason(Trouble.SIGN_IN, said), channel_down=True)
    # 409 says that a twin of this call is still under way.
    if 400 <= status < 500 and status != 409:
        return Rejected(str(status), permanent=False, reason=reason(Trouble.MESSAGE, said))
    return Unknown(reason(Trouble.PROTOCOL, said))


def unproven(answer: "Reply | NotSent | Lost", words: str = "") -> Retry | None:
    """For calls that change nothing, such as signing in: whatever went wrong, nothing was sent."""
    if isinstance(answer, NotSent):
        return answer.outcome
    if isinstance(answer, Lost):
        return Retry(LATER, reason(answer.trouble), channel_down=True)
    if answer.status == 200:
        return None
    trouble = Trouble.SIGN_IN if answer.status in (400, 401, 403, 404) else Trouble.PROTOCOL
    return Retry(MUCH_LATER, reason(trouble, f"{answer.status} {words}"), channel_down=True)


def file_of(answer: "Reply | NotSent | Lost", most: int) -> bytes | Retry | Rejected:
    """What was asked for, when it is a file and not too large."""
    if isinstance(answer, Reply) and answer.status in (400, 404, 410):
        return no_file(f"{answer.status}")
    if trouble := unproven(answer):
        return trouble
    body = answer.body if isinstance(answer, Reply) else b""
    return body if len(body) <= most else no_file("too large")


def no_file(why: str) -> Rejected:
    return Rejected("file", permanent=True, reason=reason(Trouble.MESSAGE, why))


def wait_of(reply: Reply) -> float:
    wait = reply.headers.get("retry-after", "")
    return min(int(wait), 3600) if wait.isdecimal() and len(wait) < 9 else LATER


def trouble_of(error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.NO_ANSWER
    if isinstance(error, ConnectionRefusedError):
        return Trouble.REFUSED
    if isinstance(error, socket.gaierror):
        return Trouble.NO_HOST
    if isinstance(error, ssl.SSLError):
        return Trouble.TLS
    if isinstance(error, HTTPException | ValueError):
        return Trouble.PROTOCOL
    return Trouble.DROPPED
