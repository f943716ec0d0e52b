"""Valkey from its wheel: broker and cache on a private socket. What it holds may be lost at any time."""

import contextlib
import pwd
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.embedded import binaries
from crm.embedded.postgres import CLEAN
from crm.embedded.processes import CannotStart, Child, own_folder, wait_for


@dataclass
class Valkey:
    """One data folder and the server on it."""

    home: Path
    sockets: Path
    log: Path
    account: pwd.struct_passwd | None = None
    persistent: bool = True
    say: Callable[[str], None] = lambda text: None

    @property
    def data(self) -> Path:
        return self.home / "valkey"

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def start(self) -> Child:
        own_folder(self.sockets, self.account)
        self._end_leftover()
        child = self._launch()
        if not self._await(child) and any(self.data.iterdir()):
            # PostgreSQL holds every piece of work, so starting without an unreadable file loses nothing.
            aside = self.data.with_name(f"valkey.unreadable-{time.strftime('%Y%m%d-%H%M%S')}")
            self.data.rename(aside)
            self.say(f"Valkey could not read its files. They are in {aside} now, and it starts empty.")
            child = self._launch()
            self._await(child)
        if not child.alive:
            raise CannotStart(f"Valkey did not start. Its last words:\n{child.last_words()}")
        return child

    def answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), contextlib.closing(self.client()) as client:
            return bool(client.ping())
        return False

    def client(self) -> redis.Redis:
        at_once = Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.socket), socket_connect_timeout=5, retry=at_once)

    def _launch(self) -> Child:
        own_folder(self.data, self.account)
        child = Child(
            "Valkey",
            [str(binaries.valkey_server(self.home, self.account)), *_flags(self._settings())],
            log=self.log,
            env=CLEAN,
            account=self.account,
            orphaned=signal.SIGTERM,
            is_server=True,
        )
        child.start()
        return child

    def _settings(self) -> dict[str, str]:
        return {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes" if self.persistent else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }

    def _await(self, child: Child) -> bool:
        wait_for(lambda: self.answers() or not child.alive, seconds=120)
        return child.alive and self.answers()

    def _end_leftover(self) -> None:
        """Ends a server that outlived its supervisor."""
        if not self.answers():
            return
        self.say("Stopping the Valkey that an earlier start left behind …")
        with contextlib.suppress(redis.RedisError):
            self.client().shutdown(nosave=True)
        if not wait_for(lambda: not self.answers(), 10):
            raise CannotStart(f"A Valkey on {self.socket} does not stop. End it, then start again.")


def _flags(settings: dict[str, str]) -> list[str]:
    return [part for name, value in settings.items() for part in (f"--{name}", value)]
