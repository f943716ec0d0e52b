"""The HTTP side of the local sandbox: behaves like a sending service that honours idempotency keys."""

import json
import socket
import time
from datetime import timedelta
from html import escape
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors.base import (
    Accepted,
    CannotRender,
    Caps,
    Config,
    Connector,
    ConnectorForm,
    Content,
    Envelope,
    Idempotency,
    Outcome,
    Payload,
    Prepared,
    Rejected,
    Retry,
    Secret,
    Session,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.fields import Slots, clean, one_line
from channels.connectors.mime import ascii_address, usable_address
from channels.connectors.registry import register
from channels.connectors.wire import Wire
from channels.sandbox import location

LONGEST_ANSWER = 64 * 1024
SOON, LATER, MUCH_LATER = 10, 60, 300


class SimulatorForm(ConnectorForm):
    groups = ((_("Sender"), (("from_name", "from_address"),)),)

    from_name = forms.CharField(label=_("Sender's name"), max_length=100, required=False)
    from_address = forms.EmailField(label=_("Sender's address"), max_length=254)

    def clean_from_address(self) -> str:
        return usable_address(self.cleaned_data["from_address"])


class JsonTemplate(Prepared):
    """A message as one JSON object."""

    def __init__(self, content: Content, from_name: str, from_address: str) -> None:
        self._subject = Slots(one_line(content.subject))
        self._text, self._html = Slots(clean(content.text)), Slots(clean(content.html))
        self._from_name, self._from = one_line(from_name), ascii_address(from_address)
        self.fields = frozenset(self._subject.names | self._text.names | self._html.names)

    def render(self, envelope: Envelope) -> Payload:
        to = ascii_address(envelope.to)
        try:
            message = {
                "from": self._from,
                "from_name": self._from_name,
                "to": to,
                "to_name": one_line(envelope.to_name),
                "subject": self._subject.fill(envelope.fields, one_line).strip(),
                "text": self._text.fill(envelope.fields, clean),
                "html": self._html.fill(envelope.fields, lambda value: escape(clean(value))),
                "unsubscribe_url": envelope.unsubscribe_url,
            }
        except KeyError as missing:
            raise CannotRender(f"missing_{missing.args[0]}") from None
        return Payload(sender=self._from, to=to, data=json.dumps(message).encode())


@register
class SandboxHttp(Connector):
    """The sending service of the local sandbox, wherever it listens at the moment."""

    key = "sandbox_http"
    label = _("Sandbox (HTTP)")
    kind = "email"
    handle = "email"
    caps = Caps(idempotency=Idempotency.KEY, key_lifetime=timedelta(hours=24), batch=20)
    config_form = SimulatorForm

    def prepare(self, content: Content, config: Config) -> JsonTemplate:
        return JsonTemplate(content, str(config.get("from_name", "")), str(config.get("from_address", "")))

    def open(self, config: Config, secret: Secret) -> Session:
        return HttpSession(location.HOST, location.current().http_port)


class HttpSession(Session):
    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._wire: Wire | None = None

    def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _check(self, timeout: float) -> Retry | Rejected | None:
        self.close()
        wire = self._ready_wire(timeout)
        return wire if isinstance(wire, Retry) else None

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        wire = self._ready_wire(timeout)
        if isinstance(wire, Retry):
            return wire
        if not wire.hand_over(self._request(payload.data, key)):
            self.close()
            return Retry(SOON, reason(Trouble.DROPPED))
        # It asks of a socket no more than makefile.
        answer = HTTPResponse(wire, method="POST")  # type: ignore[arg-type]
        try:
            answer.begin()
            body = answer.read(LONGEST_ANSWER)
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            return Unknown(reason(_trouble(error)))
        if answer.will_close or not answer.isclosed():
            self.close()
        return _verdict(answer.status, body, answer.getheader("Retry-After", ""))

    def _request(self, body: bytes, key: str) -> bytes:
        head = (
            f"POST /messages HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Idempotency-Key: {quote(key)}\r\n\r\n"
        )
        return head.encode() + body

    def _ready_wire(self, timeout: float) -> Wire | Retry:
        """The open line, or a new one. Reconnecting an idle line is no second try: nothing was said on it."""
        deadline = time.monotonic() + timeout
        if self._wire is not None and self._wire.went_stale():
            self.close()
        if self._wire is None:
            try:
                self._wire = Wire(self._host, self._port, deadline)
            except (OSError, ValueError) as error:
                return Retry(LATER, reason(_trouble(error)), channel_down=True)
        self._wire.deadline = deadline
        return self._wire


def _verdict(status: int, body: bytes, wait: str) -> Outcome:
    answer = _json(body)
    words = f"{status} {answer.get('error', '')}"
    if status in (200, 201, 202):
        return Accepted(without_addresses(str(answer.get("id", ""))))
    if status in (408, 425, 429):
        return Retry(min(int(wait), 3600) if wait.isdigit() else LATER, reason(Trouble.BUSY, words))
    if status in (401, 403, 404, 405):
        return Retry(MUCH_LATER, reason(Trouble.SIGN_IN, words), channel_down=True)
    # 409 says that a twin with this key is still under way.
    if 400 <= status < 500 and status != 409:
        permanent = answer.get("field") == "to"
        trouble = Trouble.RECIPIENT if permanent else Trouble.MESSAGE
        return Rejected(str(status), permanent, reason(trouble, words))
    return Unknown(reason(Trouble.PROTOCOL, words))


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, TimeoutError):
        return Trouble.NO_ANSWER
    if isinstance(error, ConnectionRefusedError):
        return Trouble.REFUSED
    if isinstance(error, socket.gaierror):
        return Trouble.NO_HOST
    if isinstance(error, HTTPException | ValueError):
        return Trouble.PROTOCOL
    return Trouble.DROPPED
