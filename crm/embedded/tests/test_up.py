"""`manage.py up`, tried as a whole: start, refusals, kill, start again, stop."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm.embedded import throwaway
from crm.embedded.processes import wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
PROJECT = Path(__file__).resolve().parents[3]


@dataclass
class Product:
    """One `manage.py up` on its own folder and port."""

    var: Path
    port: int

    @property
    def env(self) -> dict[str, str]:
        ours = {
            "VAR": str(self.var),
            "PORT": str(self.port),
            "DEMO": "0",
            "DJANGO_SETTINGS_MODULE": "crm.settings",
        }
        return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | ours

    @property
    def told(self) -> str:
        return (self.var / "terminal").read_text()

    def start(self) -> subprocess.Popen[bytes]:
        with (self.var / "terminal").open("wb") as terminal:
            up = subprocess.Popen(self.command, cwd=PROJECT, env=self.env, stdout=terminal, stderr=terminal)
        assert wait_for(lambda: "Ctrl-C" in self.told or up.poll() is not None, 120)
        return up

    def refused(self) -> str:
        done = subprocess.run(
            self.command, cwd=PROJECT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        return done.stderr

    @property
    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "up"]

    def processes(self) -> list[int]:
        """Everything that was started with this folder in its environment or its command line."""
        return [int(one.name) for one in Path("/proc").glob("[0-9]*") if self._mentions_us(one)]

    def _mentions_us(self, process: Path) -> bool:
        try:
            return any(
                os.fsencode(self.var) in (process / file).read_bytes() for file in ("environ", "cmdline")
            )
        except OSError:
            return False


@pytest.fixture
def product() -> Iterator[Product]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    product = Product(throwaway.folder(), port)
    with throwaway.own(product.var):
        yield product
        for left in product.processes():
            os.kill(left, signal.SIGKILL)


def test_starts_again_after_a_kill_and_leaves_nothing_behind(product: Product) -> None:
    first = product.start()
    assert "admin with the password" in product.told
    assert "already runs on" in product.refused()
    first.kill()
    first.wait()
    assert wait_for(lambda: not product.processes(), 30)

    second = product.start()
    assert "The CRM is ready" in product.told
    assert "password" not in product.told
    for process in product.processes():  # as a terminal does, only worse: everybody at once
        os.kill(process, signal.SIGINT)
    assert second.wait(30) == 0
    assert product.processes() == []


def test_taken_port_is_told_before_anything_starts(product: Product) -> None:
    with socket.create_server(("127.0.0.1", product.port)):
        told = product.refused()
    assert f"Port {product.port} is taken by another program" in told
    assert f"PORT={product.port + 1} make run" in told
    assert not (product.var / "postgres").exists()
