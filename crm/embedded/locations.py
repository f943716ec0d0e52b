"""Where the embedded servers live and listen. Settings read this, so it imports nothing of Django."""

import hashlib
import os
import pwd
import stat
from pathlib import Path
from urllib.parse import quote

DATABASE = "crm"
# A Unix socket's path may have 103 bytes on some systems; PostgreSQL's own part takes 14.
LONGEST_FOLDER = 88
# PostgreSQL refuses to run as root; the first of these accounts runs the servers then.
ACCOUNTS = ("crm", "postgres", "nobody")


def home(var: Path) -> Path:
    """The servers' data folder: `var`, or for root one that the servers' account can reach."""
    moved = Path("/var/lib") / f"crm-{_short_name(var)}"
    if os.geteuid() or (var / "postgres").exists():
        return var
    return moved if moved.exists() or not reachable(var, account(var)) else var


def socket_folder(var: Path) -> Path:
    """The private folder of both sockets, short enough for the system's limit."""
    inside = home(var) / "run"
    if len(os.fsencode(inside)) <= LONGEST_FOLDER:
        return inside
    return Path("/tmp") / f"crm-{os.geteuid()}-{_short_name(var)}"  # noqa: S108 - checked to be ours before use


def account(folder: Path) -> pwd.struct_passwd | None:
    """Who runs the servers whose data is in `folder`. None stands for ourselves."""
    if os.geteuid():
        return None
    data = folder / "postgres"
    if data.exists() and (owner := data.stat().st_uid):
        return pwd.getpwuid(owner)
    known = {one.pw_name: one for one in pwd.getpwall()}
    return next((known[name] for name in ACCOUNTS if name in known), None)


def reachable(path: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether the account may pass through every folder that leads into `path`."""
    if account is None:
        return True
    return all(_may_enter(folder, account) for folder in (path, *path.parents) if folder.is_dir())


def database_url(var: Path, database: str = DATABASE) -> str:
    # Every byte is quoted, because readers of addresses turn a host's capital letters into small ones.
    host = "".join(f"%{byte:02x}" for byte in os.fsencode(socket_folder(var)))
    return f"postgres://postgres@{host}:5432/{database}"


def redis_url(var: Path) -> str:
    return f"redis+socket://{quote(str(socket_folder(var) / 'valkey.sock'))}"


def cache_url(redis_url: str) -> str:
    """The same server in the form that redis-py and Django's cache want."""
    return redis_url.replace("redis+socket://", "unix://", 1)


def _may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _short_name(var: Path) -> str:
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
