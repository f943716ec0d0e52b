"""Children come back when they die, and never outlive their supervisor."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm.embedded.processes import Child, is_running, wait_for
from crm.embedded.supervisor import Supervisor, python, rotate


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.mark.slow
def test_dead_child_starts_again(tmp_path: Path, told: list[str]) -> None:
    running = Supervisor(told.append)
    with running.until_stopped():
        first = running.start(python("Sleeper", "-c", "import time; time.sleep(60)", log=tmp_path / "a.log"))
        assert first.process
        first.process.kill()
        running.watch_until(lambda: running.watched[0].child is not first and running.watched[0].child.alive)
    assert not running.watched[0].child.alive
    assert told == [f"Sleeper was killed by SIGKILL and starts again, see {tmp_path / 'a.log'}"]


@pytest.mark.slow
def test_deaf_child_is_ended_by_force(tmp_path: Path, told: list[str]) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(1, flush=True); time.sleep(60)"
    )
    child = Child("Deaf", [sys.executable, "-c", deaf], log=tmp_path / "deaf.log", patience=0.2)
    child.start()
    assert wait_for(lambda: "1" in child.log.read_text(), 10)
    child.stop()
    assert not child.alive


@pytest.mark.slow
def test_signal_ends_everything(tmp_path: Path, told: list[str]) -> None:
    running = Supervisor(told.append)
    with running.until_stopped():
        child = running.start(python("Sleeper", "-c", "import time; time.sleep(60)", log=tmp_path / "a.log"))
        os.kill(os.getpid(), signal.SIGTERM)
        running.watch_until(lambda: False)
    assert not child.alive
    assert told == ["\nStopping …"]


def test_a_signal_that_python_swallowed_ends_everything_too(told: list[str]) -> None:
    running, seen = Supervisor(told.append), 0

    def swallow() -> bool:
        nonlocal seen
        seen += 1
        with contextlib.suppress(KeyboardInterrupt):
            if seen == 1:
                signal.raise_signal(signal.SIGINT)
        return seen > 2

    with running.until_stopped():
        running.watch_until(swallow)
    assert (seen, told) == (1, ["\nStopping …"])


def test_nothing_is_started_once_it_is_to_stop(told: list[str]) -> None:
    running = Supervisor(told.append)
    with running.until_stopped():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        running.start(lambda: pytest.fail("started"))
    assert running.watched == []


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell children of a death")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from crm.embedded.supervisor import python;"
        "child = python('Sleeper', '-c', 'import time; time.sleep(60)', log=Path(sys.argv[1]))();"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "child.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    assert wait_for(lambda: not is_running(child), 10)


def test_logs_of_the_last_starts_are_kept(tmp_path: Path) -> None:
    for number in range(6):
        (tmp_path / "web.log").write_text(str(number))
        rotate(tmp_path)
    assert sorted((one.name, one.read_text()) for one in tmp_path.iterdir()) == [
        ("web.log.1", "5"),
        ("web.log.2", "4"),
        ("web.log.3", "3"),
    ]


def test_child_that_is_gone_is_stopped_quietly(tmp_path: Path) -> None:
    child = Child("Gone", [sys.executable, "-S", "-c", ""], log=tmp_path / "gone.log")
    child.start()
    assert wait_for(lambda: not child.alive, 10)
    began = time.monotonic()
    child.stop()
    assert time.monotonic() - began < 1
