"""Starts servers and our own processes in order, starts again what dies, stops all of it in reverse."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from crm.embedded.processes import CannotStart, Child

LONGEST_PAUSE = 5
# A child that ran this long was healthy; its next death starts with the shortest pause again.
HEALTHY = 10


@dataclass
class Watched:
    """A running child and how to bring it back."""

    child: Child
    revive: Callable[[], Child]
    started: float
    pause: float = 1
    due: float | None = None


class Supervisor:
    """Keeps children alive until a person or the system asks to stop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.watched: list[Watched] = []
        self.stopping = False

    @contextlib.contextmanager
    def until_stopped(self) -> Iterator[None]:
        """Ends everything when the block ends, whether by Ctrl-C, by SIGTERM or by a mistake."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        try:
            yield
        except KeyboardInterrupt:
            self.say("\nStopping …")
        finally:
            self.stopping = True
            self._stop_all()

    def start(self, revive: Callable[[], Child]) -> Child:
        self._stop_if_asked()
        child = revive()
        self.watched.append(Watched(child, revive, time.monotonic()))
        return child

    def watch_until(self, condition: Callable[[], bool]) -> None:
        """Starts again what dies, until the condition holds or a signal comes."""
        while not condition():
            self._stop_if_asked()
            for one in self.watched:
                self._look_after(one)
            time.sleep(0.1)

    def _look_after(self, one: Watched) -> None:
        if one.child.alive:
            return
        now = time.monotonic()
        if one.due is None:
            one.pause = 1 if now - one.started > HEALTHY else min(one.pause * 2, LONGEST_PAUSE)
            one.due = now + one.pause
            if one.pause < LONGEST_PAUSE:  # somebody who has read it several times knows
                self.say(f"{one.child.name} {_how_it_ended(one.child)} and starts again, see {one.child.log}")
        elif now >= one.due:
            one.due, one.started = None, now
            try:
                one.child = one.revive()
            except CannotStart as error:
                self.say(str(error))

    def _stop_all(self) -> None:
        """Ours first and together, then the servers they use, the earliest started last."""
        servers = [one.child for one in self.watched if one.child.is_server]
        ours = [one.child for one in self.watched if not one.child.is_server]
        for child in ours:
            child.ask_to_end()
        end = time.monotonic() + 8
        for child in ours:
            if not child.wait(max(0, end - time.monotonic())):
                self.say(f"{child.name} takes too long and is ended by force. Nothing is lost by that.")
                child.kill()
        for child in reversed(servers):
            child.stop()

    def _stop_if_asked(self) -> None:
        """Python forgets what a signal raised while it was forking a process."""
        if self.stopping:
            raise KeyboardInterrupt

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            raise KeyboardInterrupt


def python(name: str, *arguments: str, log: Path, pass_fds: tuple[int, ...] = ()) -> Callable[[], Child]:
    """A process of ours that runs a Python module."""

    def revive() -> Child:
        child = Child(name, [sys.executable, *arguments], log=log, pass_fds=pass_fds)
        child.start()
        return child

    return revive


def rotate(folder: Path, keep: int = 3) -> None:
    """Each start writes new logs and keeps those of the last few."""
    for log in folder.glob("*.log"):
        for number in range(keep, 0, -1):
            older = log.with_name(f"{log.name}.{number - 1}") if number > 1 else log
            if older.exists():
                older.replace(log.with_name(f"{log.name}.{number}"))


def _how_it_ended(child: Child) -> str:
    code = child.process.returncode if child.process else 0
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with code {code}"
