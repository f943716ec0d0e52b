"""Messages that arrived in the sandbox, for tests."""

from typing import Any

from django.utils import timezone

from channels.sandbox.models import SandboxMessage

RAW = (
    b"From: news@example.com\r\nTo: Ann <ann@example.com>\r\nSubject: Hello\r\n"
    b"List-Unsubscribe: <http://127.0.0.1:8000/m/u/token/>\r\nContent-Type: text/html\r\n\r\n"
    b"<script>alert(1)</script><p onclick=x>Dear Ann</p><a href='http://127.0.0.1:8000/m/c/x/'>Shop</a>\r\n"
)


def message(**fields: Any) -> SandboxMessage:
    defaults = {
        "received_at": timezone.now(),
        "protocol": "smtp",
        "sender": "news@example.com",
        "recipient": "ann@example.com",
        "subject": "Hello",
        "raw": RAW,
        "answered": True,
    }
    return SandboxMessage.objects.create(**{**defaults, **fields})
