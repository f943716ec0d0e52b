"""Passwords of channels, encrypted at rest with a key derived from SECRET_KEY.

Each secret names its key, so after SECRET_KEY changed (the old one kept in SECRET_KEY_FALLBACKS) both are
readable, and every new save uses the new one.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """The secret was sealed with a key we no longer have, or is damaged."""


def seal(secret: Mapping[str, str]) -> str:
    """The text to store; empty for nothing."""
    if not secret:
        return ""
    key_id, key = _derived(settings.SECRET_KEY)
    token = key.encrypt(json.dumps(dict(secret)).encode()).decode()
    return f"{key_id}:{token}"


def unseal(text: str) -> dict[str, str]:
    if not text:
        return {}
    key_id, _, token = text.partition(":")
    try:
        return dict(json.loads(_keys()[key_id].decrypt(token)))
    except (KeyError, InvalidToken, ValueError, TypeError):
        raise Unreadable from None


def is_current(text: str) -> bool:
    """Whether the newest key sealed it."""
    return not text or text.partition(":")[0] == _derived(settings.SECRET_KEY)[0]


def _keys() -> dict[str, Fernet]:
    return dict(map(_derived, [*settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY]))


@lru_cache(maxsize=16)
def _derived(secret_key: str) -> tuple[str, Fernet]:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"channels.secrets")
    key = derive.derive(secret_key.encode())
    return sha256(b"id of " + key).hexdigest()[:8], Fernet(urlsafe_b64encode(key))
