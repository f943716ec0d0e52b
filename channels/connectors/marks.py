"""Names that only we can give: they carry a proof, so that nobody guesses his way into a conversation.

Everything is in lower case letters and digits, because mail servers on the way fold what they please.
"""

import hmac
import re
from base64 import b32decode, b32encode
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare

MAC = 13  # of 5 bits each
ID = re.compile(rf"<?([A-Za-z0-9_-]{{1,64}})\.([a-z2-7]{{{MAC}}})@[^<>@\s]+>?")
TAG = re.compile(rf"\+([a-z2-7]{{26}})\.([a-z2-7]{{{MAC}}})@")
LONGEST_LOCAL = 64 - 26 - MAC - 2


def message_id(key: str, domain: str) -> str:
    """The Message-ID, without its brackets, of the mail with this key."""
    return f"{key}.{_mac('message', key)}@{domain}"


def key_in(message_id: str) -> str:
    """The key of a mail of ours by its Message-ID; empty for everybody else's."""
    found = ID.fullmatch(message_id.strip())
    return found[1] if found and _is_ours("message", found[1], found[2]) else ""


def reply_address(token: UUID | str, mailbox: str) -> str:
    """Where answers to a conversation go: `mailbox` is an address that gets its own mail with any +tag, or
    only a domain, whose reply@ does. Empty if the tag has no room."""
    local, _, domain = mailbox.rpartition("@")
    if len(local) > LONGEST_LOCAL:
        return ""
    name = b32encode(UUID(str(token)).bytes).decode().rstrip("=").lower()
    return f"{local or 'reply'}+{name}.{_mac('conversation', name)}@{domain}"


def token_in(address: str) -> str:
    """The token of the conversation that an address of ours names; empty if it is none or forged."""
    found = TAG.search(address.lower())
    if not found or not _is_ours("conversation", found[1], found[2]):
        return ""
    return str(UUID(bytes=b32decode(f"{found[1].upper()}======")))


@lru_cache(maxsize=1)
def instance() -> str:
    """By which this installation knows its own automatic mails again, wherever they have been."""
    return f"crm-{_mac('instance', 'this')}"


def _is_ours(kind: str, value: str, mac: str) -> bool:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(_mac(kind, value, secret), mac) for secret in secrets)


def _mac(kind: str, value: str, secret: str | bytes | None = None) -> str:
    made = hmac.digest(_key(kind, secret or settings.SECRET_KEY), value.encode(), "sha256")
    return b32encode(made[:10]).decode()[:MAC].lower()


@lru_cache(maxsize=16)
def _key(kind: str, secret: str | bytes) -> bytes:
    """The key that django.utils.crypto.salted_hmac would derive for each mail anew."""
    given = secret.encode() if isinstance(secret, str) else secret
    return sha256(f"channels.mail.{kind}".encode() + given).digest()
