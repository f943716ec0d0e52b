"""Bytes under the name of their digest."""

import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from channels.mail import blobs


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_what_comes_twice_is_kept_once(tmp_path: Path) -> None:
    digest = blobs.keep(b"hello")
    assert digest == blobs.keep(b"hello") == sha256(b"hello").hexdigest()
    assert blobs.read(digest) == b"hello"
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == [digest]


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    digest = blobs.keep(b"hello")
    assert (tmp_path / blobs.place(digest)).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "0" * 64])
def test_nothing_else_is_read(name: str) -> None:
    assert not blobs.exists(name)
    with pytest.raises(FileNotFoundError):
        blobs.read(name)


def test_too_much_is_refused(settings: Any) -> None:
    settings.ATTACHMENT_MAX_BYTES = 4
    with pytest.raises(blobs.TooLarge):
        blobs.keep(b"hello")


def test_a_write_that_broke_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        blobs.keep(b"hello")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@pytest.mark.django_db
def test_the_sweep_takes_only_what_is_old_and_unknown(tmp_path: Path) -> None:
    kept, lost, young = (blobs.keep(one) for one in (b"kept", b"lost", b"young"))
    old = time.time() - 3 * 24 * 3600
    for digest in (kept, lost):
        os.utime(tmp_path / blobs.place(digest), (old, old))
    assert blobs.sweep(lambda names: names & {kept}) == 1
    assert (blobs.exists(kept), blobs.exists(lost), blobs.exists(young)) == (True, False, True)
    os.utime(tmp_path / blobs.place(kept), (old, old))
    blobs.keep(b"kept")
    assert blobs.sweep(lambda names: set()) == 0
