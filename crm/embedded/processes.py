"""Starting programs as children that never outlive us, and ending them in order."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class CannotStart(Exception):
    """Something outside our hands is in the way. The message tells a person the way out."""


@dataclass
class Child:
    """One program of ours: in its own session, its output in a log, gone when we are gone."""

    name: str
    command: list[str]
    log: Path
    env: Mapping[str, str] | None = None
    account: pwd.struct_passwd | None = None
    # How it is asked to end, and what it gets when we die before we could ask.
    farewell: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGKILL
    patience: float = 8
    pass_fds: tuple[int, ...] = ()
    # Servers stop last: the other processes need them until their own end.
    is_server: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                pass_fds=self.pass_fds,
                start_new_session=True,
                preexec_fn=_dying_with(os.getpid(), self.orphaned),
                **as_account(self.account),
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        if self.process and self.alive:
            self.process.send_signal(self.farewell)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it ended within the time, `patience` by default."""
        if self.process is None:
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience if seconds is None else seconds)
        return not self.alive

    def stop(self) -> None:
        self.ask_to_end()
        if not self.wait():
            self.kill()

    def kill(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self, lines: int = 8) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """What subprocess needs to run a program as that account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def own_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Makes a folder that only the account may enter; refuses one that belongs to somebody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owners = {os.geteuid(), account.pw_uid} if account else {os.geteuid()}
    if folder.is_symlink() or folder.stat().st_uid not in owners:
        raise CannotStart(f"{folder} belongs to somebody else. Remove it, or set VAR to another folder.")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return met


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def command_of(pid: int) -> str:
    """The command line of a running process."""
    listed = Path(f"/proc/{pid}/cmdline")
    if listed.exists():
        return listed.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    ps = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout


def die_with_parent(orphaned: signal.Signals = signal.SIGKILL) -> None:
    """From now on the system sends this process the signal when its parent is gone. Linux only."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, int(orphaned))


def _dying_with(parent: int, orphaned: signal.Signals) -> Callable[[], None]:
    def before_start() -> None:
        die_with_parent(orphaned)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return before_start


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
