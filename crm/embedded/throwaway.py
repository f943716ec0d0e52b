"""A PostgreSQL and a Valkey for tests and benchmarks: quick, careless about power cuts, then removed."""

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crm.embedded import locations
from crm.embedded.postgres import CARELESS, Postgres
from crm.embedded.processes import own_folder
from crm.embedded.valkey import Valkey

PREFIX = "crm-throwaway-"


@dataclass(frozen=True)
class Servers:
    """Where they are, in the words of the settings."""

    database_url: str
    redis_url: str
    var: Path


def folder() -> Path:
    """The name of a new temporary folder, not made yet: settings need the name, few need the servers."""
    name = PREFIX + secrets.token_hex(6)
    shared = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 - own_folder makes it private
    usable = [one for one in shared if locations.reachable(one, locations.account(one))]
    return (usable or shared)[0] / name


@contextlib.contextmanager
def servers(var: Path | None = None, *, careless: bool = True) -> Iterator[Servers]:
    """Runs both servers in a new folder and removes it at the end, or at the next start after a kill."""
    var = var or folder()
    with own(var):
        yield from _running(var, careless=careless)


@contextlib.contextmanager
def own(var: Path) -> Iterator[None]:
    """A folder of the servers' account for as long as the block lasts."""
    _sweep(var.parent)
    own_folder(var, locations.account(var))
    with (var / "owner.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            for made in (locations.socket_folder(var), var):
                shutil.rmtree(made, ignore_errors=True)


def _running(var: Path, *, careless: bool) -> Iterator[Servers]:
    account, sockets = locations.account(var), locations.socket_folder(var)
    options = CARELESS if careless else {}
    postgres = Postgres(var, sockets, var / "log/postgres.log", account, options)
    valkey = Valkey(var, sockets, var / "log/valkey.log", account, persistent=not careless)
    with contextlib.ExitStack() as running:
        running.callback(postgres.start().stop)
        running.callback(valkey.start().stop)
        postgres.create_database()
        yield Servers(locations.database_url(var), locations.redis_url(var), var)


def _sweep(parent: Path) -> None:
    """Removes folders of killed runs: their lock is free, and they are old enough to have taken it."""
    for left in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            account = locations.account(left)
            ours = left.stat().st_uid in (os.geteuid(), account.pw_uid if account else os.geteuid())
            if not ours or time.time() - left.stat().st_mtime < 60:
                continue
            with (left / "owner.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
