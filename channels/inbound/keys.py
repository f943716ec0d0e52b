"""Keys by which what comes twice is known again, as they are stored."""

from hashlib import sha256

LONGEST = 255


def short(key: str) -> str:
    plain = key.replace("\x00", "").encode("utf-8", "replace").decode()
    return plain if plain and len(plain) <= LONGEST else sha256(key.encode("utf-8", "replace")).hexdigest()
