"""What the interfaces of WeChat and WeCom have in common: calls with an access token, and numbered errors."""

import time
from abc import abstractmethod
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from urllib.parse import quote

from channels.connectors.arriving import Media
from channels.connectors.base import (
    Accepted,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Secret,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.crypto import (
    MISSING,
    STALE,
    UNSET,
    WRONG,
    BadBox,
    WeChatBox,
    is_fresh,
    same,
    wechat_signature,
)
from channels.connectors.files import MEGABYTE, Enclosed, FileKind, Upload
from channels.connectors.http import (
    LATER,
    LONGEST_ANSWER,
    MUCH_LATER,
    ApiSession,
    Call,
    Lost,
    NotSent,
    Origin,
    Reply,
    file_of,
    no_file,
    unproven,
    usual_verdict,
)
from channels.connectors.reading import number, word, xml_of

# Their clock and ours, and a call that waited on the way, in seconds.
TOLERANCE = 600
# The token is no longer, or never was, the right one.
STALE_TOKEN = {40001, 40014, 42001}
BUSY = {-1, 45009, 45011, 45033}
CLOSED = {45015, 45047, 95001, 95013, 95018}
NOBODY = {40003, 43004, 40031, 60111, 40096, 84061}
NOT_ALLOWED = {40013, 40056, 40125, 40164, 48001, 48002, 50001, 50002, 60011, 60020, 301002, 95007}
SAYS = {**dict.fromkeys(BUSY, Trouble.BUSY), **dict.fromkeys(CLOSED, Trouble.WINDOW)}

UPLOAD = "/cgi-bin/media/upload"
IMAGE = FileKind("image", frozenset({"image/jpeg", "image/png"}), 10 * MEGABYTE)
VIDEO = FileKind("video", frozenset({"video/mp4"}), 10 * MEGABYTE)

# By account: the provider counts how often it is asked, and sessions are often as short as one message.
_tokens: dict[str, tuple[str, float]] = {}
_lock = Lock()


class TokenSession(ApiSession):
    """Knows how to come by a token, and asks for a new one once when the provider no longer takes it."""

    file_field = "media_id"

    def __init__(self, origin: Origin, account: str, secret: str) -> None:
        super().__init__(origin)
        self.account, self.secret = account, secret
        whose = repr((origin, account, secret)).encode(errors="replace")
        self._slot = sha256(whose).hexdigest()

    @abstractmethod
    def token_call(self, *, anew: bool) -> Call: ...

    def accepted(self, reply: Reply) -> Outcome:
        """What a yes means."""
        return Accepted(without_addresses(word(reply.json(), "msgid")))

    def ask(self, payload: Payload, deadline: float, most: int = LONGEST_ANSWER) -> Reply | Retry | Unknown:
        """A call with our token. A refused token proves that nothing was done."""
        for anew in (False, True):
            token = self.token(deadline, anew=anew)
            if isinstance(token, Retry):
                return token
            answer = self.line.ask(self.call_with(token, payload), deadline, most)
            if isinstance(answer, NotSent | Lost):
                return answer.outcome
            code = errcode(answer)
            if code not in STALE_TOKEN:
                return answer
        return Retry(MUCH_LATER, reason(Trouble.SIGN_IN, str(code)), channel_down=True)

    def call_with(self, token: str, payload: Payload) -> Call:
        mark = "&" if "?" in payload.path else "?"
        path = f"{payload.path}{mark}access_token={quote(token, safe='')}"
        headers = {"Content-Type": payload.content_type}
        return Call("POST", path, headers, payload.data) if payload.data else Call("GET", path)

    def token(self, deadline: float, *, anew: bool = False) -> str | Retry:
        with _lock:
            known, until = _tokens.get(self._slot, ("", 0.0))
        if known and until > time.monotonic() and not anew:
            return known
        answer = self.line.ask(self.token_call(anew=anew), deadline)
        code = errcode(answer) if isinstance(answer, Reply) else 0
        trouble = unproven(answer)
        if trouble is None and isinstance(answer, Reply):
            found, seconds = word(answer.json(), "access_token"), number(answer.json(), "expires_in")
            if found:
                with _lock:
                    _tokens[self._slot] = (found, time.monotonic() + max(seconds - 300, 30))
                return found
        if code in BUSY:
            return Retry(LATER, reason(Trouble.BUSY, str(code)), channel_down=True)
        return trouble or Retry(MUCH_LATER, reason(Trouble.SIGN_IN, str(code)), channel_down=True)

    def post(self, payload: Payload, key: str, deadline: float) -> Reply | Outcome:
        return self.ask(payload, deadline)

    def verdict(self, reply: Reply) -> Outcome:
        code = errcode(reply)
        if reply.status != 200 or code is None:
            outcome = usual_verdict(reply)
            senseless = reason(Trouble.PROTOCOL, str(reply.status))
            return Unknown(senseless) if isinstance(outcome, Accepted) else outcome
        if code == 0:
            return self.accepted(reply)
        said = reason(SAYS.get(code, Trouble.MESSAGE), f"{code} {word(reply.json(), 'errmsg')}")
        if code in BUSY:
            return Retry(LATER, said)
        if code in NOBODY:
            return Rejected(str(code), permanent=True, reason=reason(Trouble.RECIPIENT, str(code)))
        if code in NOT_ALLOWED:
            return Retry(MUCH_LATER, reason(Trouble.SENDER, str(code)), channel_down=True)
        return Rejected(str(code), permanent=False, reason=said)

    def _check(self, timeout: float) -> Retry | Rejected | None:
        self.close()
        token = self.token(time.monotonic() + timeout, anew=True)
        return token if isinstance(token, Retry) else None

    def fetch(self, path: str, timeout: float, most: int) -> bytes | Retry | Rejected:
        """A file. What is none comes as JSON with an error's number."""
        answer = self.ask(Payload("", "", b"", path), time.monotonic() + timeout, most + 1)
        if isinstance(answer, Unknown):
            return Retry(LATER, answer.reason)
        if isinstance(answer, Retry):
            return answer
        kind = answer.headers.get("content-type", "")
        if kind.startswith(("application/json", "text/plain")) and (code := errcode(answer)):
            if code in BUSY:
                return Retry(LATER, reason(Trouble.BUSY, str(code)))
            return no_file(str(code))
        return file_of(answer, most)


def upload(file: Enclosed, kind: str) -> Upload:
    """A file that stays with them for three days, which is long enough for its message."""
    return Upload(file, f"{UPLOAD}?type={kind}", (kind, "media_id"))


def forget_tokens() -> None:
    with _lock:
        _tokens.clear()


def errcode(reply: Reply) -> int | None:
    """The number of the error; 0 when all is well, None when the answer is no answer of theirs."""
    found = reply.json()
    code = found.get("errcode", 0)
    if not found or isinstance(code, bool) or not isinstance(code, int):
        return None
    return code


def media_id(media: Media) -> str:
    return quote(media.reference.removeprefix("media:"), safe="")


def signed(query: Mapping[str, str], token: str, name: str, *content: str) -> str:
    """Empty when the call's signature `name` is theirs, else what is wrong with it."""
    timestamp, nonce, given = query.get("timestamp", ""), query.get("nonce", ""), query.get(name, "")
    if not token:
        return UNSET
    if not (given and timestamp and nonce):
        return MISSING
    if not same(given, wechat_signature(token, timestamp, nonce, *content)):
        return WRONG
    return "" if is_fresh(timestamp, TOLERANCE) else STALE


def opened(raw: bytes, secret: Secret, owner: str) -> bytes | None:
    """What is in the wrapping; None if it is none of ours."""
    try:
        return WeChatBox(secret.get("aes_key", ""), owner).open(xml_of(raw).get("Encrypt", "").strip())
    except BadBox:
        return None
