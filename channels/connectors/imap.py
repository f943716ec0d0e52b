"""Fetching mail over IMAP without changing anything on the server: it is opened for reading only.

What was fetched is known by (UIDVALIDITY, last UID). When a server numbers its mails anew, those of the last
days are fetched again; that they are known, their content says.
"""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import imap_tools

from channels.connectors.arriving import Pulled, Record
from channels.connectors.base import Trouble, reason
from channels.connectors.smtp import Security

MOST_MAILS = 50
MOST_BYTES = 24 * 1024 * 1024
MOST_SECONDS = 60.0
# Of a mail larger than this only the beginning is fetched.
LARGEST, BEGINNING = 40 * 1024 * 1024, 2 * 1024 * 1024
# A mail the server does not hand out stops nobody for ever.
MOST_TRIES = 5
OVERLAP = timedelta(days=2)
MARK = b"X-Fetched: "

SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
ARRIVED = re.compile(rb"INTERNALDATE \"([^\"]{10,40})\"", re.IGNORECASE)


@dataclass(frozen=True)
class Account:
    host: str
    port: int
    security: Security
    user: str
    password: str
    folder: str = "INBOX"
    # How far back the first fetch goes.
    days: int = 7
    patience: float = 20


@dataclass(frozen=True)
class _Listed:
    uid: int
    size: int
    arrived: str


def pull(account: Account, cursor: Mapping[str, Any]) -> Pulled:
    """What is new, oldest first. Never raises."""
    try:
        with _opened(account) as mailbox:
            return _Fetch(mailbox.client, account, cursor).run()
    except TROUBLES as error:
        return Pulled((), cursor, trouble=reason(_trouble(error)))


def check(account: Account) -> str:
    """Empty when signing in and opening the folder works, else the trouble."""
    try:
        with _opened(account):
            return ""
    except TROUBLES as error:
        return reason(_trouble(error))


def arrival(raw: bytes) -> tuple[datetime | None, int, bytes]:
    """When the server got a fetched mail, how large it is there, and the mail itself."""
    if not raw.startswith(MARK):
        return None, len(raw), raw
    line, _, mail = raw[len(MARK) :].partition(b"\r\n")
    moment, _, size = line.decode("ascii", "replace").partition(";")
    try:
        return datetime.fromisoformat(moment), int(size), mail
    except ValueError:
        return None, len(mail), mail


class _Opened:
    """Signed in, with the folder open for reading only."""

    def __init__(self, mailbox: imap_tools.BaseMailBox) -> None:
        self.mailbox = mailbox

    def __enter__(self) -> imap_tools.BaseMailBox:
        return self.mailbox

    def __exit__(self, *_: object) -> None:
        try:
            self.mailbox.client.logout()
        except TROUBLES:
            self.mailbox.client.shutdown()


def _opened(account: Account) -> _Opened:
    kind = {
        Security.TLS: imap_tools.MailBox,
        Security.STARTTLS: imap_tools.MailBoxStartTls,
        Security.NONE: imap_tools.MailBoxUnencrypted,
    }[account.security]
    keys = {} if account.security is Security.NONE else {"ssl_context": ssl.create_default_context()}
    mailbox = kind(account.host, account.port, timeout=account.patience, **keys)
    opened = _Opened(mailbox)
    try:
        mailbox.login(account.user, account.password, initial_folder=None)
        mailbox.folder.set(account.folder, readonly=True)
    except BaseException:
        opened.__exit__()
        raise
    return opened


class _Fetch:
    def __init__(self, client: Any, account: Account, cursor: Mapping[str, Any]) -> None:
        self._client, self._account = client, account
        self._validity, self._next = self._told("UIDVALIDITY"), self._told("UIDNEXT")
        self._is_known = cursor.get("validity") == self._validity
        self._last = int(cursor.get("uid", 0)) if self._is_known else 0
        self._stuck = dict(cursor.get("stuck") or {}) if self._is_known else {}
        self._seen_at = str(cursor.get("seen_at", ""))

    def run(self) -> Pulled:
        uids = self._search()
        batch, trouble = uids[:MOST_MAILS], ""
        records: list[Record] = []
        until, room = time.monotonic() + MOST_SECONDS, MOST_BYTES
        for one in self._listed(batch):
            if records and (room < min(one.size, LARGEST) or time.monotonic() > until):
                break
            try:
                record = self._record(one)
            except TROUBLES as error:
                # What came before it is safe with us; the next fetch begins here.
                trouble = reason(_trouble(error))
                break
            if record:
                records.append(record)
                room -= len(record.raw)
            self._last, self._seen_at = one.uid, one.arrived
        else:
            # Those that were not listed have gone.
            self._last = max([self._last, *batch[-1:]])
        more = bool(uids) and self._last < uids[-1]
        return Pulled(tuple(records), self._cursor(), more=more, trouble=trouble)

    def _cursor(self) -> dict[str, Any]:
        seen = {"seen_at": self._seen_at}
        # Nothing of the days asked for: what comes from now on is new. A server that does not say which
        # that is, is asked for the days again.
        last = self._last or self._next - 1
        if last < 0:
            return seen
        return {"validity": self._validity, "uid": last, "stuck": self._stuck, **seen}

    def _search(self) -> list[int]:
        if self._is_known:
            found = self._ask("search", None, f"UID {self._last + 1}:*")
            # The star names the last mail even if that is an old one.
            return sorted(uid for uid in _numbers(found) if uid > self._last)
        since = datetime.now(UTC) - timedelta(days=self._account.days)
        if self._seen_at:
            since = min(since, datetime.fromisoformat(self._seen_at) - OVERLAP)
        # strftime would name the month in the language of the machine.
        day = f"{since.day:02}-{MONTHS[since.month - 1]}-{since.year}"
        return sorted(_numbers(self._ask("search", None, f"SINCE {day}")))

    def _listed(self, uids: list[int]) -> Iterator[_Listed]:
        """Size and arrival of each that is still there."""
        if not uids:
            return
        names = ",".join(map(str, uids))
        lines = self._ask("fetch", names, "(UID RFC822.SIZE INTERNALDATE)")
        found = {}
        for line in lines:
            text = line[0] if isinstance(line, tuple) else line
            uid, size, arrived = UID.search(text), SIZE.search(text), ARRIVED.search(text)
            if uid:
                found[int(uid[1])] = _Listed(
                    int(uid[1]), int(size[1]) if size else 0, _iso(arrived[1] if arrived else b"")
                )
        yield from (found[uid] for uid in uids if uid in found)

    def _record(self, one: _Listed) -> Record | None:
        """The mail, or None if it has gone meanwhile. Raises what _ask does, but not for ever."""
        wanted = "(BODY.PEEK[])" if one.size <= LARGEST else f"(BODY.PEEK[]<0.{BEGINNING}>)"
        try:
            answer = self._ask("fetch", str(one.uid), wanted)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            tries = int(self._stuck.get(str(one.uid), 0)) + 1
            self._stuck = {str(one.uid): tries}
            if tries < MOST_TRIES:
                raise
            return Record(f"withheld:{self._validity}:{one.uid}", _mark(one))
        mail = next((line[1] for line in answer if isinstance(line, tuple)), None)
        return Record(sha256(mail).hexdigest(), _mark(one) + mail) if mail is not None else None

    def _told(self, name: str) -> int:
        """What the server said when the folder was opened; 0 for nothing."""
        found = self._client.response(name)[1] or [None]
        return int(found[0] or 0)

    def _ask(self, *words: Any) -> list[Any]:
        state, answer = self._client.uid(*words)
        if state != "OK":
            raise imaplib.IMAP4.error(state)
        return [one for one in answer if one]


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _mark(one: _Listed) -> bytes:
    return MARK + f"{one.arrived};{one.size}\r\n".encode()


def _iso(text: bytes) -> str:
    try:
        moment = datetime.strptime(text.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return datetime.now(UTC).isoformat()
    return moment.astimezone(UTC).isoformat()


def _numbers(lines: list[Any]) -> list[int]:
    return [int(one) for line in lines for one in line.split() if one.isdigit()]


TROUBLES = (
    imaplib.IMAP4.error,
    imap_tools.ImapToolsError,
    OSError,
    ValueError,
    EOFError,
    IndexError,
    TypeError,
)
KINDS: tuple[tuple[type[BaseException], Trouble], ...] = (
    (imap_tools.MailboxLoginError, Trouble.SIGN_IN),
    (imap_tools.MailboxFolderSelectError, Trouble.SETUP),
    (socket.gaierror, Trouble.NO_HOST),
    (UnicodeError, Trouble.NO_HOST),
    (ssl.SSLError, Trouble.TLS),
    (TimeoutError, Trouble.NO_ANSWER),
    (ConnectionRefusedError, Trouble.REFUSED),
    (ConnectionError, Trouble.DROPPED),
    (imaplib.IMAP4.abort, Trouble.DROPPED),
    (OSError, Trouble.UNREACHABLE),
)


def _trouble(error: BaseException) -> Trouble:
    return next((trouble for kind, trouble in KINDS if isinstance(error, kind)), Trouble.PROTOCOL)
