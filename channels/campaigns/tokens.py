"""The signed part of links in a mail: which delivery, what for, which link."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from crm.lib.links import Links

For = Literal["open", "click", "unsubscribe", "preferences"]
LINKS = Links(
    "channels.campaigns.tokens",
    {"open": b"o", "click": b"c", "unsubscribe": b"u", "preferences": b"p"},
)


def make(purpose: For, key: UUID, number: int = 0) -> str:
    return LINKS.make(purpose, key, number)


def maker(key: UUID) -> Callable[[For, int], str]:
    """Makes the links of one delivery."""
    return LINKS.maker(key)


def read(purpose: For, token: str) -> tuple[UUID, int] | None:
    """The delivery's key and the number, or None for whatever we did not make for this purpose."""
    return LINKS.read(purpose, token)
