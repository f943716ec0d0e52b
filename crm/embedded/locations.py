"""Where the embedded servers listen. Read by settings, so it imports neither Django nor the servers."""

import hashlib
import tempfile
from pathlib import Path
from urllib.parse import quote

DATABASE = "crm"
# A Unix socket's path may have 107 bytes; PostgreSQL adds 18 of its own.
LONGEST_FOLDER = 88


def socket_folder(var: Path) -> Path:
    """The folder of both sockets: inside `var`, or a short private one where that path is too long."""
    inside = var / "run"
    if len(str(inside).encode()) <= LONGEST_FOLDER:
        return inside
    name = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"crm-{name}"


def database_url(var: Path, database: str = DATABASE) -> str:
    return f"postgres://postgres@{quote(str(socket_folder(var)), safe='')}/{database}"


def redis_url(var: Path) -> str:
    return f"redis+socket://{socket_folder(var) / 'valkey.sock'}"


def cache_url(redis_url: str) -> str:
    """The same server in the form that redis-py and Django's cache want."""
    return redis_url.replace("redis+socket://", "unix://", 1)
