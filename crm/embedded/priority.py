"""Work in the background gives way to people who wait for a page."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from crm.embedded.processes import command_of

# On the system's scale from -20 to 19; everybody else is at 0. A tenth of a processor that others want too.
LATER = 10


def give_way() -> None:
    """Lowers this process, and from its next connection on what the database does for it."""
    _lower(os.getpid())
    # Linux shares its processors among sessions first, where it is told to.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(LATER))
    connection_created.connect(_lower_server, dispatch_uid="priority")


def _lower(pid: int) -> None:
    # Another account's process, or a system without priorities: then everybody is alike.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, pid, max(LATER, os.getpriority(os.PRIO_PROCESS, pid)))


def _lower_server(connection: Any, **kwargs: object) -> None:
    """A database on this machine works for each connection in a process of its own."""
    if connection.settings_dict["HOST"].startswith("/"):
        pid = connection.connection.get_backend_pid()
        if command_of(pid).startswith("postgres:"):
            _lower(pid)
