"""The protocol of a connector: one file in this folder is one way to reach people.

A sender prepares its content once, opens one session and then sends, per recipient:

    prepared = connector.prepare(content, config)
    with connector.open(config, secret) as session:
        outcome = session.send(prepared.render(envelope), key=delivery_key, timeout=20)

Connectors touch no models and no tasks and never try again by themselves: the answer says what is known,
and the caller, who keeps the books, decides.
"""

import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from typing import Any, ClassVar, Self

from django import forms
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.connectors.arriving import Answer, Inbound, Media, Pulled, Request
from channels.connectors.files import Enclosed, FileKind, Upload

Config = Mapping[str, Any]
Secret = Mapping[str, str]
Groups = tuple[tuple[str | Promise, tuple[tuple[str, ...], ...]], ...]

logger = logging.getLogger(__name__)

ADDRESS = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
BLANK = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,40})(?:\.DATA)?\s*\}\}")


class CannotRender(ValueError):
    """The message cannot be made for this recipient. `code` is short and holds no personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Content:
    """What is said to everybody. `{{ field }}` marks what differs from one recipient to the next."""

    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True)
class Envelope:
    """What differs from one recipient to the next."""

    to: str
    key: str
    at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    to_name: str = ""
    unsubscribe_url: str = ""
    # What a single message has besides: how it belongs to others, and what it carries.
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    template: str = ""
    files: tuple[Enclosed, ...] = ()
    is_automatic: bool = False


@dataclass(frozen=True)
class Payload:
    """A message ready for the wire."""

    sender: str
    to: str
    data: bytes
    # Which of the provider's doors it goes to, where there are several.
    path: str = ""
    content_type: str = "application/json"
    upload: Upload | None = None


@dataclass(frozen=True)
class Template:
    """A message the provider has approved, for times when free text is not let through.

    An envelope that names it carries its blanks as `fields`.
    """

    name: str
    text: str
    blanks: tuple[str, ...] = ()
    language: str = ""

    def filled(self, fields: Mapping[str, str]) -> str:
        """What the customer will read."""
        return BLANK.sub(lambda found: fields.get(found[1], ""), self.text)


class Prepared(ABC):
    """Content made ready for many recipients. Pure: the same envelope gives the same payload."""

    fields: frozenset[str]

    @abstractmethod
    def render(self, envelope: Envelope) -> Payload:
        """The whole message or CannotRender; never half a message."""


class Trouble(TextChoices):
    """What went wrong at a provider: the first word of each `reason`, which pages translate."""

    NO_HOST = "no_host", _("There is no server of that name")
    REFUSED = "refused", _("The server refused the connection")
    UNREACHABLE = "unreachable", _("The server cannot be reached")
    NO_ANSWER = "no_answer", _("The server did not answer in time")
    DROPPED = "dropped", _("The connection broke")
    TLS = "tls", _("No safe encrypted connection was possible")
    SIGN_IN = "sign_in", _("The server did not accept user name and password")
    SENDER = "sender", _("The server does not let this sender send")
    RECIPIENT = "recipient", _("The server did not take the recipient")
    MESSAGE = "message", _("The server did not take the message")
    WINDOW = "window", _("Until the customer writes again, only a template gets through")
    BUSY = "busy", _("The server asks us to come back later")
    UNSIGNED = "unsigned", _("A call without a right signature was turned away")
    SETUP = "setup", _("The settings of the channel cannot work")
    PROTOCOL = "protocol", _("The server gave an answer that makes no sense")
    INTERNAL = "internal", _("Something unforeseen happened")


def reason(trouble: Trouble, words: str = "") -> str:
    """The trouble and the provider's own words."""
    said = without_addresses(words)
    return f"{trouble.value}: {said}" if said else trouble.value


def without_addresses(text: str) -> str:
    """Providers repeat addresses in their answers; what we keep of an answer holds none."""
    return " ".join(ADDRESS.sub("…", text[:2000]).split())[:200]


@dataclass(frozen=True)
class Accepted:
    """The provider said yes."""

    provider_id: str


@dataclass(frozen=True)
class Rejected:
    """The provider said no for good: it was not sent. `permanent` means the address itself is of no use."""

    code: str
    permanent: bool
    reason: str = ""


@dataclass(frozen=True)
class Retry:
    """It was provably not sent, and may be after so many seconds.

    `channel_down` says that no other message would have fared better: refused connection, wrong password.
    """

    after: float
    reason: str
    channel_down: bool = False


@dataclass(frozen=True)
class Unknown:
    """It may or may not have been sent. Only a key the provider honours makes another try safe."""

    reason: str


Outcome = Accepted | Rejected | Retry | Unknown


class Idempotency(Enum):
    NONE = "none"
    KEY = "key"


@dataclass(frozen=True)
class Caps:
    """What a connector can do."""

    idempotency: Idempotency = Idempotency.NONE
    # For how long the provider remembers a key; sending again later would double.
    key_lifetime: timedelta = timedelta()
    # How many messages may be under way at a time: a crash leaves at most so many unknown.
    batch: int = 1
    subject: bool = True
    html: bool = True
    longest_text: int | None = None
    # Whether the provider calls us, and whether we have to fetch.
    pushes: bool = False
    pulls: bool = False
    # Whether people can be written to at all.
    sends: bool = True
    # How long after their last message a free text may be sent; after that only a template. None: always.
    window: timedelta | None = None
    # How many free texts fit into one window; None: any number.
    window_replies: int | None = None
    # How many bytes of files a message may carry; 0: none.
    attachments: int = 0
    # Where each file is a message of its own: which kinds there are.
    file_kinds: tuple[FileKind, ...] = ()
    # How many bytes a call of the provider may have; 0: the usual.
    largest_call: int = 0


class Session(ABC):
    """One line to a provider, opened by the first message and kept open. Not for two threads at once."""

    # The message that most likely follows the next one: some announce it in the same breath.
    expected: Payload | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        """One attempt, at most `timeout` seconds long. Never raises."""
        try:
            return self._send(payload, key, timeout)
        except Exception as error:
            # Nobody foresaw this one, so nobody can say whether the message had left.
            logger.exception("A connector failed in an unforeseen way")
            self.close()
            return Unknown(reason(Trouble.INTERNAL, type(error).__name__))

    def check(self, timeout: float) -> Retry | Rejected | None:
        """Connects and signs in without sending; None when all is well. Never raises."""
        try:
            return self._check(timeout)
        except Exception as error:
            logger.exception("A connector failed in an unforeseen way")
            self.close()
            return Retry(60, reason(Trouble.INTERNAL, type(error).__name__), channel_down=True)

    @abstractmethod
    def close(self) -> None:
        """Hangs up; the next message connects again. Never raises."""

    @abstractmethod
    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome: ...

    @abstractmethod
    def _check(self, timeout: float) -> Retry | Rejected | None: ...


class OutOfService(Session):
    """Stands in for a channel that cannot work at all, so that its messages wait instead of failing."""

    def __init__(self, reason: str) -> None:
        self.answer = Retry(300, reason, channel_down=True)

    def close(self) -> None:
        pass

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        return self.answer

    def _check(self, timeout: float) -> Retry | Rejected | None:
        return self.answer


class NothingToSend(Session):
    """The session of a channel that only listens."""

    def close(self) -> None:
        pass

    def _send(self, payload: Payload, key: str, timeout: float) -> Outcome:
        return Rejected("receive_only", permanent=False, reason=reason(Trouble.SETUP, "receive only"))

    def _check(self, timeout: float) -> Retry | Rejected | None:
        return None


class NothingPrepared(Prepared):
    fields = frozenset[str]()

    def render(self, envelope: Envelope) -> Payload:
        raise CannotRender("receive_only")


class ConnectorForm(forms.Form):
    """Base of the settings forms. Fields named in `secret` are kept encrypted and never shown again."""

    secret: ClassVar[tuple[str, ...]] = ()
    # How the fields stand on the page: groups with a heading, of rows, of names.
    groups: ClassVar[Groups] = ()

    def __init__(
        self,
        data: Any = None,
        *,
        stored: Config | None = None,
        has_secret: bool = False,
        kept: Collection[str] | None = None,
    ) -> None:
        """`kept` names the secrets that are stored; without it, `has_secret` says so of all of them."""
        super().__init__(data, initial=dict(stored or {}))
        self.stored: Config = stored or {}
        self.has_secret = has_secret
        self.kept = frozenset(self.secret if kept is None and has_secret else kept or ())
        for name in self.kept & set(self.secret):
            self.fields[name].initial = None
            self.fields[name].help_text = _("One is stored. Leave this empty to keep it.")

    def config(self) -> dict[str, Any]:
        """What may be shown again."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secret}

    def new_secret(self) -> dict[str, str]:
        """What was typed into the secret fields; empty to keep what is stored."""
        return {name: self.cleaned_data[name] for name in self.secret if self.cleaned_data.get(name)}


class Connector(ABC):
    """One way to reach people. Stateless; every account of it is a row of Channel."""

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    # Decides which consent and which identities count: "email", "sms"…
    kind: ClassVar[str]
    caps: ClassVar[Caps]
    config_form: ClassVar[type[ConnectorForm]]
    # Which handle of a customer is an address here: a kind of identity. `scope` says whose numbering it is.
    handle: ClassVar[str] = ""
    # Whether colleagues set accounts of it up; some belong to a feature that makes its own.
    is_offered: ClassVar[bool] = True

    def scope(self, config: Config) -> str:
        return ""

    def templates(self, config: Config) -> tuple[Template, ...]:
        """The messages that may be sent outside the window."""
        return ()

    @abstractmethod
    def prepare(self, content: Content, config: Config) -> Prepared:
        """Does once what is the same for every recipient. Pure."""

    @abstractmethod
    def open(self, config: Config, secret: Secret) -> Session:
        """A session that connects with its first message. Never raises."""

    def handshake(self, request: Request, config: Config, secret: Secret) -> Answer | None:
        """The answer to a provider that asks whether this address is ours; None if it asks nothing. Pure."""
        return None

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        """Empty when the provider really sent this, else a short code that says what is wrong. Pure, total
        and constant in time; no unless a connector knows how to tell."""
        return "unsigned"

    def key_of(self, request: Request, config: Config, secret: Secret) -> str:
        """By which the same call is known again: the digest of its bytes unless a provider names one."""
        return sha256(request.raw).hexdigest()

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        """What the provider reports. Pure and total: what it does not understand becomes Ignored."""
        return ()

    def ack(self, request: Request, config: Config, secret: Secret) -> Answer:
        """What the provider wants to hear when its call is safe."""
        return Answer()

    def pull(self, cursor: Mapping[str, Any], config: Config, secret: Secret) -> Pulled:
        """Fetches what is new since `cursor`, a bounded number, oldest first. Never raises."""
        return Pulled((), cursor)

    def fetch(self, media: Media, config: Config, secret: Secret, most: int) -> bytes | Retry | Rejected:
        """The bytes behind a reference, `most` at most. Never raises."""
        return Rejected("media", permanent=True)


class Listener(Connector):
    """A connector that nothing can be sent through."""

    def prepare(self, content: Content, config: Config) -> Prepared:
        return NothingPrepared()

    def open(self, config: Config, secret: Secret) -> Session:
        return NothingToSend()
