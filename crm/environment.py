"""Typed readers of environment variables. Plain Python: settings are not loaded yet when this runs."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str) -> list[str]:
    return [word.strip() for word in text(name).split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return default


def number(name: str, default: int) -> int:
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def secret_key(var: Path, *, production: bool) -> str:
    """SECRET_KEY from the environment; without production, one made once and kept under `var`."""
    if key := text("SECRET_KEY"):
        return key
    if production:
        raise ImproperlyConfigured(
            "Set SECRET_KEY to a long random text and keep it: sessions and links depend on it."
        )
    try:
        return _kept_key(var)
    except PermissionError:
        raise ImproperlyConfigured(
            f"The folder {var} belongs to another user, or lies where you may not write. "
            "Start as that user, give the folder away with chown -R, or set VAR to a folder of your own."
        ) from None


def _kept_key(var: Path) -> str:
    path = var / "secret-key"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        draft = var / f"secret-key.{os.getpid()}"
        draft.write_text(secrets.token_urlsafe(64))
        draft.chmod(0o600)
        try:
            os.link(draft, path)  # the first of several starting processes wins, the others read its key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
