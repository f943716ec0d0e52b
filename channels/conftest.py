"""The sandbox provider, for tests that send for real."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.sandbox import server


@pytest.fixture
def sandbox(settings: Any, tmp_path: Path, transactional_db: None) -> Iterator[server.Sandbox]:
    """Runs in a thread of this process, on ports of its own."""
    settings.VAR = tmp_path
    ready: list[server.Sandbox] = []
    is_up = threading.Event()
    loop = asyncio.new_event_loop()

    def greet(started: server.Sandbox) -> None:
        ready.append(started)
        is_up.set()

    serving = loop.create_task(server.run(20_000, 30_000, greet))
    thread = threading.Thread(target=_until_done, args=(loop, serving))
    thread.start()
    try:
        assert is_up.wait(20)
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join()


def _until_done(loop: asyncio.AbstractEventLoop, serving: "asyncio.Task[None]") -> None:
    try:
        loop.run_until_complete(asyncio.gather(serving, return_exceptions=True))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
    finally:
        loop.close()
