"""Both sides of the sandbox in one process."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

from channels.sandbox import location
from channels.sandbox.arrivals import Journal
from channels.sandbox.http_side import LARGEST_HEAD, HttpSide
from channels.sandbox.location import HOST, Location
from channels.sandbox.misbehaving import current_mood
from channels.sandbox.smtp_side import SmtpSide

PORTS_TO_TRY = 100
SECONDS_BETWEEN_LOOKS = 0.3


async def run(smtp_port: int, http_port: int, ready: "Callable[[Sandbox], None]") -> None:
    """Serves until it is cancelled. Where a port is taken the next free one is used and written down."""
    sandbox = Sandbox(free_socket(smtp_port), free_socket(http_port))
    location.write(sandbox.location)
    try:
        await sandbox.listen()
        ready(sandbox)
        await asyncio.gather(sandbox.journal.write(), sandbox.follow_mood())
    finally:
        await sandbox.close()
        location.forget(sandbox.location)


class Sandbox:
    def __init__(self, smtp: socket.socket, http: socket.socket) -> None:
        self.location = Location(smtp.getsockname()[1], http.getsockname()[1])
        self.journal = Journal()
        self.smtp, self.http = SmtpSide(self.journal), HttpSide(self.journal)
        self._sockets: tuple[socket.socket, socket.socket] | None = (smtp, http)
        self._servers: list[asyncio.Server] = []

    async def listen(self) -> None:
        smtp, http = self._sockets or (_bound(self.location.smtp_port), _bound(self.location.http_port))
        self._sockets = None
        loop = asyncio.get_running_loop()
        self._servers = [
            await loop.create_server(self.smtp.line, sock=smtp),
            await asyncio.start_server(self.http.serve, sock=http, limit=LARGEST_HEAD),
        ]

    async def follow_mood(self) -> None:
        """Looks at the faults a few times a second, and closes or opens the doors as they say."""
        loop = asyncio.get_running_loop()
        while True:
            mood = await loop.run_in_executor(self.journal.thread, current_mood, self.smtp.mood)
            self.smtp.mood = self.http.mood = mood
            if mood.refused and self._servers:
                await self._shut_doors()
            elif not mood.refused and not self._servers:
                with contextlib.suppress(
                    OSError
                ):  # somebody took the port meanwhile; the next look tries again
                    await self.listen()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def close(self) -> None:
        await self._shut_doors()
        self.journal.close()

    async def _shut_doors(self) -> None:
        for server in self._servers:
            server.close()
        self._servers = []
        self.smtp.hang_up()
        self.http.hang_up()
        await asyncio.sleep(0)


def free_socket(port: int) -> socket.socket:
    """A socket on the port, or on the next one that nobody uses."""
    for candidate in range(port, min(port + PORTS_TO_TRY, 65_536)):
        with contextlib.suppress(OSError):
            return _bound(candidate)
    raise OSError(f"No free port from {port} on.")


def _bound(port: int) -> socket.socket:
    # Named as TCP, so that asyncio switches off Nagle's waiting on every connection.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made
