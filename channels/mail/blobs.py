"""Bytes kept under the name of their own digest: what comes twice is kept once, what is there is whole.

Nothing in this folder has a name or an ending, and nothing is served from it: a view that knows who may have
it opens a blob by its digest.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

FOLDER = "enclosures"
DIGEST = re.compile(r"[0-9a-f]{64}")
# Younger ones may belong to a message that is being taken in at this moment.
OLD = timedelta(days=1)


class TooLarge(ValueError):
    """More bytes than we keep of one file."""


def keep(data: bytes) -> str:
    """Stores the bytes and returns their digest. When it returns they are on the disk."""
    if len(data) > settings.ATTACHMENT_MAX_BYTES:
        raise TooLarge
    digest = sha256(data).hexdigest()
    name = place(digest)
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # object stores have no paths, and no half-written files either
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(data))
        return digest
    if path.exists():
        os.utime(path)  # the sweep takes it for new again
    else:
        _write(path, data)
    return digest


def read(digest: str) -> bytes:
    """All of it. FileNotFoundError if it is not here."""
    with open_blob(digest) as file:
        data: bytes = file.read()
        return data


def open_blob(digest: str) -> IO[Any]:
    """For streaming. FileNotFoundError if it is not here."""
    return default_storage.open(place(digest), "rb")


def exists(digest: str) -> bool:
    return bool(DIGEST.fullmatch(digest)) and default_storage.exists(place(digest))


def place(digest: str) -> str:
    if not DIGEST.fullmatch(digest):
        raise FileNotFoundError(digest)
    return f"{FOLDER}/{digest[:2]}/{digest}"


Naming = Callable[[set[str]], set[str]]
_others: list[Naming] = []


def name_by(known: Naming) -> None:
    """For features that keep blobs besides messages: `known` says which of the given digests they name."""
    _others.append(known)


def sweep(known: Naming) -> int:
    """Deletes what no row names any more and returns how many there were. `known` says which of the given
    digests are still named."""
    gone = 0
    for folder, names in _folders():
        before = timezone.now() - OLD
        for name in names.difference(*(ask(names) for ask in (known, *_others))):
            if default_storage.get_modified_time(f"{folder}/{name}") < before:
                default_storage.delete(f"{folder}/{name}")
                gone += 1
    return gone


def _folders() -> Iterator[tuple[str, set[str]]]:
    if default_storage.exists(FOLDER):
        for name in sorted(default_storage.listdir(FOLDER)[0]):
            folder = f"{FOLDER}/{name}"
            yield folder, set(default_storage.listdir(folder)[1])


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, whenever the power goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
