"""How providers prove who they are, over hashlib and cryptography. Comparing takes the same time always.

A secret that is not set proves nothing: everything is refused then.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha1, sha256
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from django.utils import timezone

from channels.connectors.arriving import Request

# How far the clock of a provider may be from ours, in seconds.
TOLERANCE = 300
BLOCK = 32
UNSET, MISSING, STALE, WRONG = "secret_not_set", "signature_missing", "too_old", "wrong_signature"


class BadBox(ValueError):
    """What is inside cannot be read, or is not for us."""


def same(given: str, due: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), due.encode(errors="replace"))


def is_fresh(timestamp: str, tolerance: int = TOLERANCE) -> bool:
    if not timestamp.isdecimal() or len(timestamp) > 11:
        return False
    return abs(timezone.now().timestamp() - int(timestamp)) <= tolerance


def hmac_sha256(secret: str, data: bytes) -> str:
    return hmac.new(secret.encode(), data, sha256).hexdigest()


def standard_webhook(request: Request, secrets: Iterable[str]) -> str:
    """Standard Webhooks: HMAC-SHA256 over id, time and body, under one of the secrets that are valid now."""
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    token, timestamp, signatures = (request.headers.get(name, "") for name in names)
    keys = [key for one in secrets if (key := webhook_key(one))]
    if not keys:
        return UNSET
    if not (token and timestamp and signatures):
        return MISSING
    if not is_fresh(timestamp):
        return STALE
    signed = f"{token}.{timestamp}.".encode(errors="replace") + request.raw
    due = [b64encode(hmac.digest(key, signed, sha256)).decode() for key in keys]
    given = [one[3:] for one in signatures.split()[:10] if one.startswith("v1,")]
    return "" if any(same(one, other) for one in given for other in due) else WRONG


def webhook_key(secret: str) -> bytes:
    """The bytes of a secret as Standard Webhooks writes it; of any other, its letters."""
    bare = secret.removeprefix("whsec_")
    try:
        return b64decode(bare, validate=True)
    except ValueError:
        return bare.encode()


def wechat_signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, as WeChat and WeCom have it."""
    return sha1("".join(sorted(parts)).encode(errors="replace"), usedforsecurity=False).hexdigest()


def new_aes_key() -> str:
    """As WeChat writes them: 43 letters and digits."""
    return b64encode(token_bytes(BLOCK)).decode().rstrip("=")


class WeChatBox:
    """Messages as WeChat's safe mode and WeCom wrap them: AES-256-CBC, with the account's id inside."""

    def __init__(self, key: str, owner: str) -> None:
        try:
            self._key = b64decode(key + "=", validate=True)
        except ValueError:
            raise BadBox("key") from None
        if len(self._key) != BLOCK:
            raise BadBox("key")
        self._owner = owner.encode()

    def open(self, text: str) -> bytes:
        try:
            sealed = b64decode(text, validate=True)
        except ValueError:
            raise BadBox("base64") from None
        if not sealed or len(sealed) % 16:
            raise BadBox("length")
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        padding = plain[-1]
        if not 1 <= padding <= BLOCK or len(plain) < 20 + padding:
            raise BadBox("padding")
        size = int.from_bytes(plain[16:20], "big")
        body = plain[20:-padding]
        if size > len(body) or not hmac.compare_digest(body[size:], self._owner):
            raise BadBox("owner")
        return body[:size]

    def close(self, data: bytes) -> str:
        body = token_bytes(16) + len(data).to_bytes(4, "big") + data + self._owner
        padding = BLOCK - len(body) % BLOCK
        encryptor = self._cipher().encryptor()
        return b64encode(encryptor.update(body + bytes([padding]) * padding) + encryptor.finalize()).decode()

    def _cipher(self) -> "Cipher[CBC]":
        return Cipher(AES(self._key), CBC(self._key[:16]))
