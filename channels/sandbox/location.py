"""Where the local sandbox listens: what it wrote down when it started, else what the settings say."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Location:
    smtp_port: int
    http_port: int


def current() -> Location:
    try:
        kept = json.loads(_file().read_text())
        return Location(int(kept["smtp_port"]), int(kept["http_port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Location(settings.SANDBOX_SMTP_PORT, settings.SANDBOX_HTTP_PORT)


def write(location: Location) -> None:
    """For the processes that send: the ports of the settings may have been taken."""
    target = _file()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(asdict(location)))
    draft.replace(target)


def forget(location: Location) -> None:
    """Leaves a file alone that a newer sandbox wrote."""
    if current() == location:
        _file().unlink(missing_ok=True)


def _file() -> Path:
    return Path(settings.VAR) / "run" / "sandbox.json"
