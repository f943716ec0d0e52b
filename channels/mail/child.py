"""The process that touches what strangers sent: it may run out of time, memory or luck, and nobody else does.

It imports nothing of the product, so that it starts in a tenth of a second and knows no secret.
"""

import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from channels.mail.cleaning import cleaned
from channels.mail.reading import read

CPU_SECONDS = 10
MEMORY = 1 << 30

JOBS: dict[bytes, Callable[[bytes], bytes]] = {b"read": read, b"clean": cleaned}


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _restrict()
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        job, size = line.split()
        verdict, answer = _done(job, asked.read(int(size)))
        answers.write(b"%s %d\n" % (verdict, len(answer)))
        answers.write(answer)
        answers.flush()


def _done(job: bytes, data: bytes) -> tuple[bytes, bytes]:
    _more_time()
    try:
        return b"ok", JOBS[job](data)
    except MemoryError:
        return b"no", b"memory"
    except RecursionError:
        return b"no", b"nested"
    except Exception as error:
        return b"no", type(error).__name__.encode()


def _restrict() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        # Not every system has, or lets us have, each of them.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def _more_time() -> None:
    """The limit counts from the start of the process: every job gets its own seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        limit = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


if __name__ == "__main__":
    main()
