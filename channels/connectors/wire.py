"""A TCP connection that keeps time and knows what of a message it has handed over."""

import io
import select
import socket
import ssl
import time

PIECE = 16 * 1024
# To tell a socket how long it may wait costs as much as to read from it: this much it may be wrong.
SLACK = 0.05


class Wire:
    """One deadline holds for a whole exchange; no peer can stretch it byte by byte. Failures are OSErrors.

    `address` is where to connect instead of asking again where `host` is.
    """

    def __init__(
        self, host: str, port: int, deadline: float, *, tls: bool = False, address: str = ""
    ) -> None:
        self.deadline = deadline
        self._poll: select.poll | None = None
        try:
            self._socket = socket.create_connection((address or host, port), self._left())
        except UnicodeError:
            raise socket.gaierror("not the name of a host") from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.encrypt(host)

    def encrypt(self, host: str) -> None:
        try:
            self._socket.settimeout(self._left())
            self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=host)
        except OSError:
            self.close()
            raise

    def sendall(self, data: bytes) -> None:
        self._keep_time()
        self._socket.sendall(data)

    def hand_over(self, data: bytes, then: bytes = b"") -> bool:
        """Writes a whole message, and what follows it. False: the line broke while some of the message was
        certainly still here."""
        view, done = memoryview(data + then), 0
        while done < len(view):
            try:
                self._keep_time()
                done += self._socket.send(view[done : done + PIECE])
            except OSError:
                # A plain socket that fails has taken nothing of this piece; a TLS one may have sent it.
                sent = done + PIECE if isinstance(self._socket, ssl.SSLSocket) else done
                return sent >= len(data)
        return True

    def recv(self, size: int) -> bytes:
        self._keep_time()
        return self._socket.recv(size)

    def recv_into(self, buffer: memoryview) -> int:
        self._keep_time()
        return self._socket.recv_into(buffer)

    def went_stale(self) -> bool:
        """Whether an idle peer hung up: it has no reason to speak, so anything readable is the end."""
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._socket.fileno(), select.POLLIN)
        return bool(self._poll.poll(0))

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What http.client reads answers from."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        self._socket.close()

    def _keep_time(self) -> None:
        """Nothing waits longer than until the deadline."""
        left = self._left()
        if abs((self._socket.gettimeout() or 0) - left) > SLACK:
            self._socket.settimeout(left)

    def _left(self) -> float:
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class _Reading(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._wire.recv_into(buffer)
