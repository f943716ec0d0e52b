"""PostgreSQL from its wheel: prepared once, started, awaited for as long as recovery needs, stopped."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from crm.embedded import binaries, memory
from crm.embedded.locations import DATABASE
from crm.embedded.processes import (
    CannotStart,
    Child,
    as_account,
    command_of,
    is_running,
    own_folder,
    wait_for,
)

MARKER = "crm-embedded"
# Nothing from the caller's shell (PGPORT, PGOPTIONS, LC_ALL) may reach the server.
CLEAN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
# Only for servers whose data is thrown away.
CARELESS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass
class Postgres:
    """One data folder and the server on it."""

    home: Path
    sockets: Path
    log: Path
    account: pwd.struct_passwd | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = lambda text: None

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def start(self) -> Child:
        """Brings the server up on a data folder of ours, making that first where there is none."""
        self.programs = binaries.postgres_programs(self.home, self.account)
        own_folder(self.sockets, self.account)
        self._prepare()
        self._clear_leftovers()
        settings = memory.postgres_settings() | dict(self.options)
        child = Child(
            "PostgreSQL",
            [str(self.programs / "postgres"), "-D", str(self.data), *self._listening(), *_flags(settings)],
            log=self.log,
            env=CLEAN,
            account=self.account,
            farewell=signal.SIGINT,  # "fast": ends sessions, writes everything, stops
            orphaned=signal.SIGINT,
            patience=60,
            is_server=True,
        )
        child.start()
        self._await(child)
        return child

    def create_database(self, name: str = DATABASE) -> None:
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{name}"')

    @contextmanager
    def connection(self) -> Iterator[Any]:
        connection = psycopg2.connect(
            host=str(self.sockets), port=5432, user="postgres", dbname="postgres", connect_timeout=5
        )
        connection.autocommit = True
        with contextlib.closing(connection):
            yield connection

    def _listening(self) -> list[str]:
        private = {"listen_addresses": "", "unix_socket_permissions": "0700"}
        return ["-k", str(self.sockets), "-p", "5432", *_flags(private)]

    def _prepare(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            self._refuse_unfit()
            return
        self.say("Preparing a new database …")
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        own_folder(draft, self.account)
        self._initialise(draft)
        (draft / MARKER).write_text("Made by this product for its embedded PostgreSQL.\n")
        draft.rename(self.data)

    def _refuse_unfit(self) -> None:
        if not (self.data / MARKER).is_file():
            raise CannotStart(
                f"{self.data} is not empty and was not made by this product, so it stays untouched. "
                "Move it away, or set VAR to another folder."
            )
        theirs = (self.data / "PG_VERSION").read_text().strip()
        ours = self._major_version()
        if theirs != ours:
            raise CannotStart(
                f"The database in {self.data} was written by PostgreSQL {theirs}, this is PostgreSQL {ours}. "
                f"Upgrade it first: run pg_upgrade with the programs of both versions, or save it with "
                f"pg_dumpall of version {theirs}, move {self.data} away, start again and restore with psql."
            )

    def _initialise(self, folder: Path) -> None:
        # C.UTF-8 twice: the provider sorts and folds, lc-ctype tells pg_trgm that Chinese has letters.
        locale = {
            "locale": "C",
            "lc-ctype": "C.UTF-8",
            "locale-provider": "builtin",
            "builtin-locale": "C.UTF-8",
        }
        access = {"username": "postgres", "auth-local": "trust", "auth-host": "reject"}
        options = {"pgdata": str(folder), "encoding": "UTF8"} | locale | access
        command = [str(self.programs / "initdb"), "--data-checksums", "--no-instructions"]
        command += [f"--{name}={value}" for name, value in options.items()]
        if self.options.get("fsync") == "off":
            command.append("--no-sync")
        done = self._run(command, **as_account(self.account))
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not prepare {folder}:\n{done.stderr.strip()}")

    def _run(self, command: list[str], **account: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, env=CLEAN, cwd="/", capture_output=True, text=True, check=False, **account
        )

    def _major_version(self) -> str:
        version = self._run([str(self.programs / "postgres"), "--version"]).stdout
        return version.rpartition(" ")[2].partition(".")[0]

    def _clear_leftovers(self) -> None:
        """Ends a server that outlived its supervisor; forgets one whose number now belongs to a stranger."""
        locks = [self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"]
        for lock in locks:
            pid = _process_in(lock)
            if pid is None or not is_running(pid):
                continue
            if not self._is_ours(pid):
                lock.unlink()
                continue
            self.say("Stopping the PostgreSQL that an earlier start left behind …")
            for way, seconds in ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, way)
                if wait_for(lambda pid=pid: not is_running(pid), seconds):  # type: ignore[misc]
                    break

    def _is_ours(self, pid: int) -> bool:
        command = command_of(pid)
        return "postgres" in command and str(self.data) in command

    def _await(self, child: Child) -> None:
        began = told = time.monotonic()
        while True:
            try:
                with self.connection():
                    return
            except psycopg2.OperationalError as error:
                if not child.alive:
                    raise CannotStart(
                        f"PostgreSQL did not start. Its last words:\n{child.last_words()}"
                    ) from error
            time.sleep(0.05)
            if time.monotonic() - told > 5:
                told = time.monotonic()
                self.say(f"PostgreSQL is recovering what it had not yet filed, {told - began:.0f} s so far …")


def _flags(settings: Mapping[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _process_in(lock: Path) -> int | None:
    """The process number in a lock file's first line."""
    try:
        return int(lock.read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
