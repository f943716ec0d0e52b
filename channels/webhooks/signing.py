"""Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_bytes

MARK = "whsec_"


def new_secret() -> str:
    return MARK + b64encode(token_bytes(32)).decode()


def headers(token: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """One signature for each secret that is valid now, so that a receiver may know either."""
    signed = f"{token}.{timestamp}.".encode() + body
    signatures = [
        f"v1,{b64encode(hmac.digest(b64decode(one.removeprefix(MARK)), signed, sha256)).decode()}"
        for one in secrets
    ]
    return {
        "webhook-id": token,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
