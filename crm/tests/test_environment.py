"""What the environment may say, and what is answered when it cannot be used."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from crm import environment


@pytest.fixture(autouse=True)
def _no_key_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    var = tmp_path / "var"

    first = environment.secret_key(var, production=False)

    assert environment.secret_key(var, production=False) == first
    assert (var / "secret-key").stat().st_mode & 0o077 == 0


def test_production_needs_a_key_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.secret_key(tmp_path, production=True)


def test_a_folder_of_somebody_else_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("x")
    (tmp_path / "secret-key").chmod(0)

    with as_nobody(), pytest.raises(ImproperlyConfigured, match="belongs to another user"):
        environment.secret_key(tmp_path, production=False)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may read everything, so it does without its rights for a moment."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
