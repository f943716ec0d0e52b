"""One SMTP connection that knows, whatever breaks, whether the message can have left.

The handshakes are smtplib's. The message itself is handed over here, because only who counts the bytes can
tell "cut off before the end" (not sent) from "cut off before the answer" (nobody knows).
"""

import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from channels.connectors.base import (
    Accepted,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Session,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.wire import Wire

LONGEST_REPLY = 64 * 1024
# Seconds to wait after a stumble, a temporary no, and something a person must mend.
SOON, LATER, MUCH_LATER = 10, 60, 300
REPLY = re.compile(rb"\d{3}(?:[ -].*)?")
ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
# Codes (RFC 3463) that speak of the address and not of us, our message or the day.
DEAD = (b"5.1.0", b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1")

Reply = tuple[int, bytes]
Refusal = Retry | Rejected


class Security(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    security: Security = Security.NONE
    user: str = ""
    password: str = ""
    patience: float = 20


class SmtpSession(Session):
    def __init__(self, server: Server) -> None:
        self._server = server
        self._line: _Line | None = None

    def close(self) -> None:
        # A server that waits for an announced message would take our farewell for it.
        if self._line is not None and self._line.announced is None:
            with suppress(OSError):
                self._line.wire.deadline = time.monotonic() + 1
                self._line.send("QUIT\r\n")
        self._hang_up()

    def _check(self, timeout: float) -> Refusal | None:
        self.close()
        answer = self._ready_line(timeout)
        return None if isinstance(answer, _Line) else answer

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        if not (_fits_a_command(payload.sender) and _fits_a_command(payload.to)):
            return Rejected("address", permanent=False, reason=reason(Trouble.RECIPIENT))
        line = self._ready_line(timeout, payload)
        if not isinstance(line, _Line):
            return line
        was_announced = line.announced is payload
        try:
            refusal = self._announce(line, payload)
        except OSError as error:
            self._hang_up()
            if was_announced and isinstance(error, ConnectionError):
                # The server hung up after the message before, as it may. Of this one it has nothing.
                return self._send(payload, key, timeout)
            return Retry(SOON, reason(_trouble(error)))
        return refusal or self._hand_over(line, payload)

    def _hand_over(self, line: "_Line", payload: Payload) -> Outcome:
        """The message, to a server that waits for it."""
        following = self._following(line)
        if not line.wire.hand_over(_dotted(payload.data), _commands(line, following) if following else b""):
            self._hang_up()
            return Retry(LATER, reason(Trouble.DROPPED))
        line.announced = following
        try:
            code, words = line.getreply()
        except OSError as error:
            self._hang_up()
            return Unknown(reason(_trouble(error)))
        if code == 421:
            self._hang_up()
        return _verdict(code, words)

    def _ready_line(self, timeout: float, payload: Payload | None = None) -> "_Line | Retry":
        """The open line, or a new one. Reconnecting an idle line is no second try: nothing was said on it."""
        deadline = time.monotonic() + min(timeout, self._server.patience)
        if self._line is not None and not self._line.is_ready_for(payload):
            self._hang_up()
        if self._line is None:
            try:
                self._line = _Line(self._server, deadline)
            except (OSError, ValueError) as error:
                return _no_line(error)
        self._line.wire.deadline = deadline
        return self._line

    def _announce(self, line: "_Line", payload: Payload) -> Refusal | None:
        """MAIL, RCPT and DATA, in one go where the server allows. None: it waits for the message."""
        commands, together = _commands(line, payload), line.pipelines
        if together and line.announced is None:
            line.send(commands)
        line.announced = None
        refusal, code = None, 0
        for command, (expected, judge) in zip(commands.splitlines(keepends=True), STEPS, strict=True):
            if not together:
                line.send(command)
            code, words = line.getreply()
            if code != expected and not (expected == 250 and code == 251):
                refusal = refusal or judge(code, words)
                if not together:
                    break
        if refusal:
            self._start_over(line, code)
        return refusal

    def _following(self, line: "_Line") -> Payload | None:
        """The message that is announced with the end of this one, in one go, where the server allows."""
        following, self.expected = self.expected, None
        if following is None or not line.pipelines:
            return None
        return following if _fits_a_command(following.sender) and _fits_a_command(following.to) else None

    def _start_over(self, line: "_Line", code: int) -> None:
        # After a refusal in one go the server may still wait for a message; hanging up sends it none.
        if code in (354, 421):
            self._hang_up()
            return
        try:
            line.send("RSET\r\n")
            line.getreply()
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


class _Line(smtplib.SMTP):
    """smtplib's handshakes over a wire with a deadline."""

    def __init__(self, server: Server, deadline: float) -> None:
        name = socket.gethostname()
        # smtplib would ask DNS for our full name, which can take seconds.
        super().__init__(local_hostname=name if "." in name and name.isascii() else "[127.0.0.1]")
        self._unread = b""
        # The message whose envelope the server has been told, while it has not been asked what it says.
        self.announced: Payload | None = None
        self.wire = Wire(server.host, server.port, deadline, tls=server.security is Security.TLS)
        try:
            self._greet(server)
        except BaseException:
            self.wire.close()
            raise

    def send(self, s: Any) -> None:
        self.wire.sendall(s.encode("ascii") if isinstance(s, str) else s)

    def getreply(self) -> Reply:
        """The server's whole answer; OSError when the line is dead, too slow or speaks no SMTP."""
        lines: list[bytes] = []
        while sum(map(len, lines)) < LONGEST_REPLY:
            line = self._read_line()
            if not REPLY.fullmatch(line):
                raise _NotSmtp
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        raise _NotSmtp

    def is_ready_for(self, payload: Payload | None) -> bool:
        """Not one that hung up while it was idle, nor one that waits for another message."""
        if self.announced is not None:
            return self.announced is payload
        return not (self._unread or self.wire.went_stale())

    def close(self) -> None:
        self.wire.close()

    def _greet(self, server: Server) -> None:
        code, words = self.getreply()
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        self.ehlo_or_helo_if_needed()
        if server.security is Security.STARTTLS:
            self._upgrade(server.host)
        if server.user:
            self.login(server.user, server.password)
        self.pipelines, self.takes_sizes = self.has_extn("pipelining"), self.has_extn("size")

    def _upgrade(self, host: str) -> None:
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("STARTTLS is not offered")
        code, words = self.docmd("STARTTLS")
        if code != 220 or self._unread:  # words sent ahead of encryption could be anybody's
            raise ssl.SSLError(words.decode(errors="replace"))
        self.wire.encrypt(host)
        # What was said before encryption does not count (RFC 3207).
        self.esmtp_features = {}
        self.ehlo()

    def _read_line(self) -> bytes:
        while b"\n" not in self._unread:
            data = self.wire.recv(4096)
            if not data:
                raise ConnectionAbortedError
            self._unread += data
            if len(self._unread) > LONGEST_REPLY:
                raise _NotSmtp
        line, _, self._unread = self._unread.partition(b"\n")
        return line.rstrip(b"\r")


class _NotSmtp(ConnectionError):
    """What answers there is no mail server."""


def _fits_a_command(address: str) -> bool:
    """Whatever renders messages, no address may end a command line and begin another."""
    return address.isascii() and address.isprintable() and not {"<", ">", " "} & set(address)


def _commands(line: _Line, payload: Payload) -> bytes:
    size = f" SIZE={len(payload.data)}" if line.takes_sizes else ""
    return f"MAIL FROM:<{payload.sender}>{size}\r\nRCPT TO:<{payload.to}>\r\nDATA\r\n".encode("ascii")


def _dotted(data: bytes) -> bytes:
    """The message as DATA wants it: its dots doubled at line starts, closed by a line with one dot."""
    end = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
    return data.replace(b"\r\n.", b"\r\n..") + end


def _verdict(code: int, words: bytes) -> Outcome:
    """What the answer to a whole message means."""
    text = words.decode(errors="replace")
    if 200 <= code < 300:
        return Accepted(without_addresses(text))
    if 400 <= code < 600:
        return _message_refused(code, words)
    return Unknown(reason(Trouble.PROTOCOL, f"{code} {text}"))


def _sender_refused(code: int, words: bytes) -> Refusal:
    if code == 552:  # with SIZE= a server refuses here what is too large
        return _message_refused(code, words)
    if code >= 500:
        # The sender is the same for everybody: a person must mend it, and no recipient is to blame.
        return Retry(MUCH_LATER, _said(Trouble.SENDER, code, words), channel_down=True)
    return Retry(SOON if code == 421 else LATER, _said(Trouble.BUSY, code, words))


def _recipient_refused(code: int, words: bytes) -> Refusal:
    if code >= 500:
        enhanced = ENHANCED.match(words)
        permanent = enhanced[0] in DEAD if enhanced else code in (550, 551, 553)
        return Rejected(_code(code, words), permanent, _said(Trouble.RECIPIENT, code, words))
    return Retry(LATER, _said(Trouble.BUSY, code, words))


def _message_refused(code: int, words: bytes) -> Refusal:
    if code >= 500:
        enhanced = ENHANCED.match(words)
        permanent = bool(enhanced and enhanced[0] in DEAD)
        return Rejected(_code(code, words), permanent, _said(Trouble.MESSAGE, code, words))
    return Retry(LATER, _said(Trouble.BUSY, code, words))


# What the server is to say to each command of an envelope, and what it means if it does not.
STEPS = ((250, _sender_refused), (250, _recipient_refused), (354, _message_refused))


def _code(code: int, words: bytes) -> str:
    enhanced = ENHANCED.match(words)
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)


def _said(trouble: Trouble, code: int, words: bytes) -> str:
    return reason(trouble, f"{code} {words.decode(errors='replace')}")


def _no_line(error: Exception) -> Retry:
    words = ""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    busy = isinstance(error, smtplib.SMTPConnectError) and error.smtp_code < 500
    trouble = Trouble.BUSY if busy else _trouble(error)
    mended_by_hand = trouble in (Trouble.SIGN_IN, Trouble.SETUP, Trouble.TLS)
    return Retry(MUCH_LATER if mended_by_hand else LATER, reason(trouble, words), channel_down=True)


TROUBLES: tuple[tuple[type[Exception], Trouble], ...] = (
    (smtplib.SMTPAuthenticationError, Trouble.SIGN_IN),
    (smtplib.SMTPNotSupportedError, Trouble.SETUP),
    (smtplib.SMTPConnectError, Trouble.REFUSED),
    (smtplib.SMTPException, Trouble.PROTOCOL),
    (socket.gaierror, Trouble.NO_HOST),
    (ssl.SSLError, Trouble.TLS),
    (_NotSmtp, Trouble.PROTOCOL),
    (TimeoutError, Trouble.NO_ANSWER),
    (ConnectionRefusedError, Trouble.REFUSED),
    (ConnectionError, Trouble.DROPPED),
    (OSError, Trouble.UNREACHABLE),
)


def _trouble(error: Exception) -> Trouble:
    return next((trouble for kind, trouble in TROUBLES if isinstance(error, kind)), Trouble.SETUP)
