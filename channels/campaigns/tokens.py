"""The signed part of links in a mail: which delivery, what for, which link. Nobody can guess or change it.

36 bytes, so that base64 has neither padding nor a second spelling: one purpose, 16 of the delivery's key,
4 of a number, 15 of the signature.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "channels.campaigns.tokens"
SHAPE = re.compile(r"[A-Za-z0-9_-]{48}")
SIGNED, SIGNATURE = 21, 15

For = Literal["open", "click", "unsubscribe"]
PURPOSES: dict[For, bytes] = {"open": b"o", "click": b"c", "unsubscribe": b"u"}


def make(purpose: For, key: UUID, number: int = 0) -> str:
    signed = PURPOSES[purpose] + key.bytes + number.to_bytes(4)
    return urlsafe_b64encode(signed + _signature(signed, settings.SECRET_KEY)).decode()


def read(purpose: For, token: str) -> tuple[UUID, int] | None:
    """The delivery's key and the number, or None for whatever we did not make for this purpose."""
    if not SHAPE.fullmatch(token):
        return None
    data = urlsafe_b64decode(token)
    signed, signature = data[:SIGNED], data[SIGNED:]
    # Links outlive a change of SECRET_KEY as long as the old one is kept as a fallback.
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    known = [constant_time_compare(signature, _signature(signed, secret)) for secret in secrets]
    if not any(known) or signed[:1] != PURPOSES[purpose]:
        return None
    return UUID(bytes=signed[1:17]), int.from_bytes(signed[17:])


def _signature(signed: bytes, secret: str | bytes) -> bytes:
    return hmac.digest(_key(secret), signed, "sha256")[:SIGNATURE]


@lru_cache(maxsize=8)
def _key(secret: str | bytes) -> bytes:
    return salted_hmac(SALT, "links", secret, algorithm="sha256").digest()
