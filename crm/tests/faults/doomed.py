"""Dispatchers that meet their fate at a named point: forked from one process that has everything imported.

Run as a program by the tests, with a wish as JSON. The product knows nothing of it: the points are its own
functions, wrapped here.
"""

import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import Error
from django.utils import timezone

from crm.embedded.processes import die_with_parent

# The points: where each function is looked up, and whether fate strikes before it or after it.
POINTS = {
    "chunk planned": ("channels.campaigns.planning", "_plan_chunk", False),
    "claimed": ("channels.campaigns.books", "take", False),
    "judged": ("channels.consent.gate", "Judge.ask", False),
    "intent not committed": ("channels.campaigns.books", "record_plans", False),
    "intent committed": ("channels.campaigns.sending", "claim", False),
    "before the call": ("channels.connectors.base", "Session.send", True),
    "after the call": ("channels.connectors.base", "Session.send", False),
    "before settling": ("channels.campaigns.books", "record_results", True),
}
# Those of single messages.
SINGLE_POINTS = {
    "single claimed": ("channels.direct.sending", "_claim", False),
    "before the call of one": ("channels.connectors.base", "Session.send", True),
    "after the call of one": ("channels.connectors.base", "Session.send", False),
    "single not settled": ("channels.direct.sending", "_settle", True),
}
PASSES = {"chunk planned": 1, "before the call": 12, "after the call": 12}


@dataclass(frozen=True)
class Wish:
    """What the test wants. Times are shortened so that leases end while it looks on."""

    # Where each worker dies, or stops, is written here.
    log: str
    workers: int = 4
    kills: int = 0
    fate: str = "kill"
    points: list[str] = field(default_factory=lambda: list(POINTS))
    lease: float = 2.0
    # For how long the provider surely knows a key, and how well before that a key is no longer repeated.
    key_lifetime: float = 0
    margin: float = 0
    chunk: int = 100
    # How long a worker waits for the provider.
    timeout: float = 30.0
    # Single messages instead of campaigns.
    singles: bool = False
    # Seconds by which every second worker's clock is ahead, the others' behind.
    skew: float = 0


def main() -> None:
    die_with_parent()
    wish = Wish(**json.loads(sys.argv[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    django.setup()
    _hurry(wish)
    Foreman(wish).work()


class Foreman:
    """Keeps so many workers alive and gives each its fate, until it is ended itself."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.log = os.open(wish.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        share = wish.kills // max(1, len(wish.points))
        early = ["chunk planned"] * share if "chunk planned" in wish.points else []
        late = [point for point in wish.points if point != "chunk planned"]
        rest = islice(cycle(late), wish.kills - len(early))
        self.fates = iter([*early, *rest])
        self.born = 0

    def work(self) -> None:
        workers: set[int] = set()
        signal.signal(signal.SIGTERM, lambda *_: _end(workers))
        while True:
            while len(workers) < self.wish.workers:
                workers.add(self._bear())
            pid, status = os.waitpid(-1, os.WUNTRACED)
            if os.WIFSTOPPED(status):
                self._bear_watcher(pid)
            elif os.WIFSIGNALED(status):
                workers.discard(pid)
            elif pid in workers:
                _end(workers)

    def _bear(self) -> int:
        self.born += 1
        point = next(self.fates, "")
        if pid := os.fork():
            return pid
        die_with_parent()
        if self.wish.skew:
            _live_in(timedelta(seconds=self.wish.skew * (1 if self.born % 2 else -1)))
        if point:
            self._doom(point)
        with suppress(SystemExit):
            _send_singles(self.born) if self.wish.singles else call_command("dispatch", connections=1)
        os._exit(1)

    def _bear_watcher(self, stopped: int) -> None:
        """Wakes a stopped worker well after its lease."""
        if not os.fork():
            time.sleep(self.wish.lease * 3)
            with suppress(ProcessLookupError):
                os.kill(stopped, signal.SIGCONT)
            os._exit(0)

    def _doom(self, point: str) -> None:
        dice = random.Random(self.born)
        # One server dies for all workers: it is to come back in between.
        often = PASSES.get(point, 2) * (8 if self.wish.fate == "postgres" else 1)
        left = dice.randrange(often) + 1
        # Who only sleeps does so again and again.
        lives = self.wish.kills // self.wish.workers if self.wish.fate == "stop" else 1

        def strike() -> None:
            nonlocal left, lives
            left -= 1
            if not left and lives:
                left, lives = dice.randrange(often) + 1, lives - 1
                os.write(self.log, f"{point}\n".encode())
                _meet(self.wish.fate)

        wrap(point, strike)


def wrap(point: str, strike: Callable[[], None]) -> None:
    """Has `strike` called whenever a process passes the point."""
    module, path, before = (POINTS | SINGLE_POINTS)[point]
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    inner = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        if before:
            strike()
        answer = inner(*arguments, **named)
        if not before:
            strike()
        return answer

    setattr(owner, name, wrapped)


def _meet(fate: str) -> None:
    if fate == "postgres":  # an immediate shutdown of the whole server
        postmaster = int((Path(settings.VAR) / "postgres/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGQUIT)
        time.sleep(0.2)
    else:
        os.kill(os.getpid(), signal.SIGSTOP if fate == "stop" else signal.SIGKILL)


def _hurry(wish: Wish) -> None:
    from channels.campaigns import books, finishing, planning, sending
    from channels.campaigns.management.commands import dispatch
    from channels.connectors import http, smtp
    from channels.connectors.simulator import SandboxHttp
    from channels.direct import sending as direct
    from crm import urls  # noqa: F401 - imported once, before workers are forked

    direct.LEASE = timedelta(seconds=wish.lease)
    books.LEASE, finishing.GRACE = timedelta(seconds=wish.lease), timedelta(seconds=0.2)
    planning.CHUNK, dispatch.PAUSE = wish.chunk, 0.1
    sending.FIRST_WAIT, sending.LONGEST_OUTAGE, sending.TIMEOUT = 0.1, 0.2, wish.timeout
    http.SOON = http.LATER = smtp.SOON = smtp.LATER = 0
    if wish.key_lifetime:
        books.MARGIN, sending.STALE = timedelta(seconds=wish.margin), wish.margin / 8
        SandboxHttp.caps = replace(SandboxHttp.caps, key_lifetime=timedelta(seconds=wish.key_lifetime))


def _send_singles(number: int) -> None:
    """What Celery's workers do, without it. Some try again soon, others when the provider has forgotten."""
    from channels.direct import sending

    sending.FIRST_WAIT = (0.3, 2.0, 7.0)[number % 3]
    while True:
        # A task that fails is an entry in Celery's log, and the next one is tried.
        with suppress(Error):
            for message in sending.sweep():
                sending.send(message.pk)
        time.sleep(0.1)


def _live_in(shift: timedelta) -> None:
    """This process's clock is wrong, as seen by everything that asks for the time."""
    right = timezone.now
    timezone.now = lambda: right() + shift


def _end(workers: set[int]) -> None:
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main()
