"""Files put into a mail, as base64 behind names that cannot end a header."""

import re
from binascii import b2a_base64
from collections.abc import Iterable
from urllib.parse import quote

from channels.connectors.files import Enclosed

MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")
NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]")


def enclosed(first: bytes, files: Iterable[Enclosed], boundary: bytes) -> bytes:
    """The parts of a multipart/mixed: what is said, then the files. Begins at the end of the headers."""
    parts = [b"\r\n--%s\r\n%s" % (boundary, first)]
    parts += [b"\r\n--%s\r\n%s\r\n\r\n%s" % (boundary, _headers(one), _base64(one.data)) for one in files]
    parts.append(b"\r\n--%s--\r\n" % boundary)
    return b"".join(parts)


def _headers(file: Enclosed) -> bytes:
    media_type = file.content_type.lower()
    if not MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("multipart/", "message/")):
        media_type = "application/octet-stream"
    name = file.name[:60] or "file"
    if not NOT_PLAIN.search(name):
        return _lines(media_type, f'name="{name}"', f'filename="{name}"')
    # The one is what the standard says, the other what old mail programs understand.
    word = b2a_base64(name.encode("utf-8", "replace"), newline=False).decode()
    exact = quote(name.encode("utf-8", "replace"), safe="")
    return _lines(media_type, f'name="=?utf-8?b?{word}?="', f"filename*=utf-8''{exact}")


def _lines(media_type: str, old_name: str, name: str) -> bytes:
    return (
        f"Content-Type: {media_type};\r\n {old_name}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {name}"
    ).encode()


def _base64(data: bytes) -> bytes:
    """In lines of 76, without a list of a million lines for a large file."""
    return b"\r\n".join(
        b2a_base64(data[start : start + 57], newline=False) for start in range(0, len(data), 57)
    )
