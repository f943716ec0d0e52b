"""How an e-mail service shows each of the ways a message can go: Postmark, which says most."""

import json
from typing import Any

from channels.connectors.base import Payload
from channels.connectors.esp import PROVIDERS, EspSession
from channels.connectors.http import Origin
from channels.connectors.tests.api_stages import WRONG_HTTP, said
from channels.connectors.tests.providers import DROP, SILENT, Talk, http, http_answer

GOOD = said(200, ErrorCode=0, Message="OK", MessageID="42", To="ann@example.com")


def session(host: str, port: int) -> EspSession:
    return EspSession(Origin(host, port, is_local=True), PROVIDERS["postmark"], "K", "")


def refused(code: int, words: str, status: int = 422) -> Talk:
    return http(said(status, ErrorCode=code, Message=words))


def read(payload: Payload) -> dict[str, str]:
    message = json.loads(payload.data)
    return {
        "subject": message["Subject"],
        "text": message["TextBody"].replace("\r\n", "\n"),
        "html": message["HtmlBody"],
    }


POSTMARK: dict[str, Any] = {
    "open_at": session,
    "kind": http(GOOD),
    "says_later": (http(http_answer(429)), http(http_answer(429, extra=b"Retry-After: 7\r\n"))),
    "knows_no_such_address": (
        refused(
            406,
            "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: "
            "b@example.com. Inactive recipients are ones that have generated a hard bounce.",
        ),
    ),
    "refuses_the_message": (
        refused(300, "Zero recipients specified"),
        refused(405, "Not allowed to send"),
        http(http_answer(413)),
        http(http_answer(400, b"<html>no JSON</html>")),
    ),
    "locks_us_out": (http(http_answer(401)), http(http_answer(403)), http(http_answer(404))),
    "breaks_before": (),
    "stops_reading": http(stop_reading=True),
    "breaks_after": (http(DROP), http(SILENT), http(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")),
    "makes_no_sense_after": (
        *(http(one) for one in WRONG_HTTP),
        http(http_answer(200, b"<html>")),
        http(http_answer(200, b"[]")),
        http(said(200, ErrorCode=0)),
        http(b"SSH-2.0-OpenSSH_9.9\r\n"),
    ),
    "read": read,
}
