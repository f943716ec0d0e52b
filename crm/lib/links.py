"""The signed part of a link that is sent to somebody: what it is for, and a key. Nobody can guess it.

36 bytes, so that base64 has neither padding nor a second spelling: one of the purpose, 16 of the key, 4 of a
number, 15 of the signature.
"""

import hmac
import re
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SHAPE = re.compile(r"[A-Za-z0-9_-]{48}")
SIGNED, SIGNATURE = 21, 15
URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Links:
    """The links of one feature. `purposes` gives each a letter; the salt keeps features apart."""

    def __init__(self, salt: str, purposes: Mapping[str, bytes]) -> None:
        self.salt, self.purposes = salt, purposes

    def make(self, purpose: str, key: UUID, number: int = 0) -> str:
        return self.maker(key)(purpose, number)

    def maker(self, key: UUID) -> Callable[[str, int], str]:
        """Makes the links of one key: a mail has several, and is one of very many."""
        inside, secret = key.bytes, _key(self.salt, settings.SECRET_KEY)

        def make(purpose: str, number: int = 0) -> str:
            signed = self.purposes[purpose] + inside + number.to_bytes(4)
            whole = signed + hmac.digest(secret, signed, "sha256")[:SIGNATURE]
            return b2a_base64(whole, newline=False).translate(URL_SAFE).decode()

        return make

    def read(self, purpose: str, token: str) -> tuple[UUID, int] | None:
        """The key and the number, or None for whatever we did not make for this purpose."""
        if not SHAPE.fullmatch(token):
            return None
        data = urlsafe_b64decode(token)
        signed, signature = data[:SIGNED], data[SIGNED:]
        # Links outlive a change of SECRET_KEY as long as the old one is kept as a fallback.
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        known = [constant_time_compare(signature, _signature(self.salt, signed, one)) for one in secrets]
        if not any(known) or signed[:1] != self.purposes[purpose]:
            return None
        return UUID(bytes=signed[1:17]), int.from_bytes(signed[17:])


def _signature(salt: str, signed: bytes, secret: str | bytes) -> bytes:
    return hmac.digest(_key(salt, secret), signed, "sha256")[:SIGNATURE]


@lru_cache(maxsize=32)
def _key(salt: str, secret: str | bytes) -> bytes:
    return salted_hmac(salt, "links", secret, algorithm="sha256").digest()
