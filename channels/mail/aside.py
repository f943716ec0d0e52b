"""Work on hostile input, done in processes of its own and given up when it takes too much."""

import atexit
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
WALL_SECONDS = 30.0
# Idle ones kept by each process of ours, and after how much work one is replaced by a fresh one.
MOST_IDLE = 2
MOST_JOBS = 1000
LARGE = 8 << 20
PIECE = 1 << 16


class GaveUp(Exception):
    """The work was not done. `why` is short and holds nothing of the input."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def call(job: str, data: bytes, seconds: float = WALL_SECONDS) -> bytes:
    """What channels.mail.child makes of the data. GaveUp if it dies over it or says no."""
    child = _take()
    try:
        verdict, answer = child.ask(job.encode(), data, time.monotonic() + seconds)
    except BaseException:
        child.end()
        raise
    if len(data) < LARGE and child.jobs < MOST_JOBS:
        _give_back(child)
    else:
        child.end()
    if verdict != b"ok":
        raise GaveUp(answer.decode(errors="replace")[:60])
    return answer


class _Child:
    def __init__(self) -> None:
        self.jobs = 0
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "channels.mail.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=HOME,
            env={"PATH": os.environ.get("PATH", "")},
            bufsize=0,
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise GaveUp("pipe")
        self._in, self._out = stdin, stdout
        os.set_blocking(stdin.fileno(), False)
        os.set_blocking(stdout.fileno(), False)

    def ask(self, job: bytes, data: bytes, deadline: float) -> tuple[bytes, bytes]:
        self.jobs += 1
        self._write(b"%s %d\n" % (job, len(data)) + data, deadline)
        said = bytearray()
        while b"\n" not in said:
            said += self._read(deadline)
        line, _, rest = bytes(said).partition(b"\n")
        verdict, _, size = line.partition(b" ")
        pieces, missing = [rest], int(size) - len(rest)
        while missing > 0:
            pieces.append(self._read(deadline))
            missing -= len(pieces[-1])
        return verdict, b"".join(pieces)

    def end(self) -> None:
        self._process.kill()
        self._in.close()
        self._out.close()
        self._process.wait()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def _write(self, data: bytes, deadline: float) -> None:
        view, done = memoryview(data), 0
        while done < len(data):
            self._wait(self._in.fileno(), selectors.EVENT_WRITE, deadline)
            try:
                done += os.write(self._in.fileno(), view[done : done + PIECE])
            except BlockingIOError:
                continue
            except OSError:
                raise GaveUp(self._cause()) from None

    def _read(self, deadline: float) -> bytes:
        self._wait(self._out.fileno(), selectors.EVENT_READ, deadline)
        data = os.read(self._out.fileno(), PIECE)
        if not data:
            raise GaveUp(self._cause())
        return data

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise GaveUp("time")

    def _cause(self) -> str:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return "time"
        return "memory" if code == -signal.SIGKILL else "crash"


_lock = threading.Lock()
# By process, because a fork takes the list along but not the right to use what is in it.
_idle: dict[int, list[_Child]] = {}


def _take() -> _Child:
    with _lock:
        mine = _idle.setdefault(os.getpid(), [])
        while mine:
            if (child := mine.pop()).is_alive():
                return child
            child.end()
    try:
        return _Child()
    except OSError:
        raise GaveUp("process") from None


def _give_back(child: _Child) -> None:
    with _lock:
        mine = _idle.setdefault(os.getpid(), [])
        if len(mine) < MOST_IDLE:
            mine.append(child)
            return
    child.end()


@atexit.register
def stop() -> None:
    """Ends the idle ones of this process."""
    for child in _idle.pop(os.getpid(), []):
        child.end()
