"""A whole company in a temporary folder, run as `manage.py up` runs it, whose processes can be shot."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings

from crm.embedded import locations

# What the command line of a process holds, by the part it plays.
PARTS = {
    "web": "crm.embedded.web",
    "worker": "celery -A crm.celery worker",
    "postgres": "/bin/postgres",
    "valkey": "valkey-server",
}


class Company:
    """One running CRM with its own servers, workers and sandbox."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = _free_port()
        ours = {"DATABASE_URL", "REDIS_URL", "TEST_VAR", "VAR", "PRODUCTION", "DJANGO_SETTINGS_MODULE"}
        self.environment = {name: value for name, value in os.environ.items() if name not in ours} | {
            "VAR": str(var),
            "PORT": str(self.port),
            "DEMO": "0",
            "SANDBOX_SMTP_PORT": str(_free_port()),
            "SANDBOX_HTTP_PORT": str(_free_port()),
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.var.mkdir(parents=True, exist_ok=True)
        with (self.var / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        self.wait(lambda: b"The CRM is ready" in self.said(), 180, "the start")

    def said(self) -> bytes:
        return (self.var / "up.log").read_bytes()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def shell(self, code: str) -> Any:
        """Runs Django code in the company and returns what it leaves in `result`."""
        done = subprocess.run(
            [
                sys.executable,
                "manage.py",
                "shell",
                "-v",
                "0",
                "-c",
                f"import json\n{code}\nprint(json.dumps(result))",
            ],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query; tries again while PostgreSQL is getting up from a kill."""
        end = time.monotonic() + 60
        while True:
            try:
                with (
                    psycopg2.connect(locations.database_url(self.var)) as connection,
                    connection.cursor() as cursor,
                ):
                    cursor.execute(sql)
                    return list(cursor.fetchall())
            except psycopg2.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def value(self, sql: str) -> Any:
        return self.query(sql)[0][0]

    def shoot(self, part: str) -> bool:
        """kill -9 of one process that plays the part; False when none is alive right now."""
        targets = self.processes(PARTS[part])
        if part == "postgres":  # its postmaster, the others are its children
            targets = targets[:1]
        if not targets:
            return False
        os.kill(random.choice(targets), signal.SIGKILL)
        return True

    def shoot_when_alive(self, part: str) -> int:
        self.wait(lambda: self.shoot(part), 60, f"a living {part}")
        return 1

    def processes(self, words: str) -> list[int]:
        """Processes of this company whose command line holds the words, the oldest first."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                mine = (
                    f"VAR={self.var}".encode() in (folder / "environ").read_bytes()
                    or str(self.var) in command
                )
            except OSError:
                continue
            if words in command and mine:
                found.append(int(folder.name))
        return sorted(found)

    def wait(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                raise AssertionError(
                    f"Waited {seconds} s for {what}. It said:\n{self.said().decode()[-2000:]}"
                )
            time.sleep(0.25)
        return time.monotonic() - began


@contextmanager
def company() -> Iterator[Company]:
    with tempfile.TemporaryDirectory(prefix="crm-company-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the account that runs PostgreSQL for root must get in
        one = Company(Path(folder) / "var")
        try:
            one.start()
            yield one
        finally:
            one.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
