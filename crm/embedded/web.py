"""The web processes: they serve on a socket that the supervisor holds, so its port stays ours while they
restart. An interpreter uses one core; each process is forked from one that has loaded everything, so that
another one costs little memory and no start.
"""

import gc
import os
import signal
import socket
import sys
import time
import traceback
from types import FrameType

import uvicorn
from django.conf import settings

from crm.embedded.processes import die_with_parent

PAUSE = 0.5


def main(descriptor: int) -> None:
    config = uvicorn.Config(
        "crm.asgi:application",
        lifespan="off",
        # Who a request comes from is decided in one place: settings.TRUSTED_PROXIES.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    config.load()
    listener = socket.socket(fileno=descriptor)
    # Elsewhere nothing ends the children of one that is killed.
    if sys.platform == "linux" and settings.WEB_PROCESSES > 1:
        _keep(settings.WEB_PROCESSES, config, listener)
    else:
        _serve(config, listener)


def _keep(number: int, config: uvicorn.Config, listener: socket.socket) -> None:
    """As many as wanted, until somebody asks to end; whatever dies is replaced."""
    # What is loaded stays, and is shared for as long as nobody touches it.
    gc.freeze()
    children: set[int] = set()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _end)
    try:
        while True:
            while len(children) < number:
                children.add(_fork(config, listener))
            pid, _status = os.wait()
            children.discard(pid)
            time.sleep(PAUSE)
    finally:
        for pid in children:
            os.kill(pid, signal.SIGTERM)
        for pid in children:
            os.waitpid(pid, 0)


def _fork(config: uvicorn.Config, listener: socket.socket) -> int:
    parent = os.getpid()
    if pid := os.fork():
        return pid
    die_with_parent()
    code = 1
    try:
        if os.getppid() == parent:  # else it died before we could ask
            _serve(config, listener)
        code = 0
    except SystemExit:
        # Asked to end: uvicorn passes the signal on once everybody has their answer.
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        # Nothing of the parent's is ours to end.
        os._exit(code)


def _serve(config: uvicorn.Config, listener: socket.socket) -> None:
    uvicorn.Server(config).run(sockets=[listener])


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
