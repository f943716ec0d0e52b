"""SMS by Twilio."""

import hmac
import time
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha1
from secrets import token_hex, token_urlsafe
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import (
    Answer,
    Delivered,
    Handle,
    Ignored,
    Inbound,
    Incoming,
    Media,
    Party,
    Request,
    Status,
)
from channels.connectors.base import (
    Accepted,
    Caps,
    Config,
    Connector,
    Content,
    Envelope,
    Outcome,
    Payload,
    Rejected,
    Retry,
    Secret,
    Session,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.crypto import MISSING, UNSET, WRONG, same
from channels.connectors.http import (
    FORM,
    LATER,
    ApiSession,
    BadAddress,
    Call,
    Line,
    Origin,
    Reply,
    basic,
    file_of,
    form,
    no_file,
    sandbox,
    split,
    unproven,
    usual_verdict,
)
from channels.connectors.registry import register
from channels.connectors.texts import NUMBER, PlainText, ProviderForm, digits, secret_field

HOST = "api.twilio.com"
PORTS = {"https": 443, "http": 80}
NOBODY = {21211, 21214, 21217, 21610, 21614, 30003, 30005, 30006}
BUSY = {14107, 20429, 21611, 30001, 30022}
NOT_ALLOWED = {20003, 20005, 21606, 21659, 21660, 21703, 30002}
STATES = {
    "sent": Delivered.SENT,
    "delivered": Delivered.DELIVERED,
    "read": Delivered.READ,
    "undelivered": Delivered.FAILED,
    "failed": Delivered.FAILED,
}
EMPTY = b'<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
HOPS = 3


class TwilioForm(ProviderForm):
    secret = ("auth_token",)
    groups = ((_("Account"), (("account_sid", "auth_token"), ("sender",), ("sandbox",))),)

    account_sid = forms.RegexField(r"^AC[0-9a-fA-F]{32}$", label=_("Account SID"), required=False)
    auth_token = secret_field(_("Auth token"), help_text=_("Twilio also signs its calls with it."))
    sender = forms.RegexField(
        r"^(\+[1-9][0-9]{4,14}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{3,11})$",
        label=_("Sender"),
        required=False,
        help_text=_("A number of yours as +86…, a messaging service (MG…) or a name of up to 11 letters."),
    )

    invented = {
        "account_sid": lambda: f"AC{token_hex(16)}",
        "auth_token": token_urlsafe,
        "sender": lambda: f"+1{digits(10)}",
    }

    def needed(self) -> Iterable[str]:
        return ("account_sid", "auth_token", "sender")


class TwilioText(PlainText):
    address = NUMBER
    longest = 1600

    def write(self, envelope: Envelope, text: str) -> Payload:
        sender, account = str(self.config.get("sender", "")), str(self.config.get("account_sid", ""))
        fields = {
            "To": envelope.to,
            "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
            "Body": text,
        }
        return Payload(
            sender, envelope.to, form(fields), f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        )


class TwilioSession(ApiSession):
    def __init__(self, origin: Origin, account: str, token: str, callback: str = "") -> None:
        super().__init__(origin)
        self.account, self.credentials = account, basic(account, token)
        # Where Twilio tells how far a message got.
        self._tail = b"&" + form({"StatusCallback": callback}) if callback else b""

    def call(self, payload: Payload, key: str) -> Call:
        return Call("POST", payload.path, {**FORM, **self.credentials}, payload.data + self._tail)

    def verdict(self, reply: Reply) -> Outcome:
        found = reply.json()
        if reply.status in (200, 201):
            number = reading.word(found, "sid")
            return Accepted(without_addresses(number)) if number else Unknown(reason(Trouble.PROTOCOL, "201"))
        code = reading.number(found, "code")
        said = f"{code} {reading.word(found, 'message')}"
        if code in BUSY:
            return Retry(LATER, reason(Trouble.BUSY, said))
        if code in NOT_ALLOWED:
            return Retry(300, reason(Trouble.SENDER, said), channel_down=True)
        if code in NOBODY and 400 <= reply.status < 500:
            return Rejected(str(code), permanent=True, reason=reason(Trouble.RECIPIENT, said))
        return usual_verdict(reply, words=said if code else "")

    def _check(self, timeout: float) -> Retry | Rejected | None:
        self.close()
        call = Call("GET", f"/2010-04-01/Accounts/{quote(self.account, safe='')}.json", self.credentials)
        return unproven(self.line.ask(call, time.monotonic() + timeout))


@register
class Twilio(Connector):
    key = "twilio"
    label = _("SMS (Twilio)")
    kind = "sms"
    handle = "phone"
    caps = Caps(subject=False, html=False, longest_text=TwilioText.longest, pushes=True)
    config_form = TwilioForm

    def prepare(self, content: Content, config: Config) -> TwilioText:
        return TwilioText(content, config)

    def open(self, config: Config, secret: Secret) -> Session:
        return self._session(config, secret)

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        token, given = secret.get("auth_token", ""), request.headers.get("x-twilio-signature", "")
        if not token:
            return UNSET
        if not given:
            return MISSING
        fields = sorted(set(_pairs(request.raw)))
        tail = "".join(name + value for name, value in fields)
        # Twilio signs the address as it was set there: with the usual port or without it.
        due = [_mac(token, url + tail) for url in _variants(request.url)]
        return "" if any(same(given, one) for one in due) else WRONG

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        said = {name: reading.bare(value) for name, value in reading.form_of(raw).items()}
        number = reading.word(said, "MessageSid") or reading.word(said, "SmsSid")
        if not number or reading.word(said, "AccountSid") != config.get("account_sid"):
            return [Ignored(reading.digest(raw), "not_understood" if not number else "another_account")]
        if "MessageStatus" in said and "Body" not in said:
            return [_status(said, number)]
        return [_message(said, number)]

    def ack(self, request: Request, config: Config, secret: Secret) -> Answer:
        # No answer for the sender: that is what an empty response says.
        return Answer(200, EMPTY, "text/xml; charset=utf-8")

    def fetch(self, media: Media, config: Config, secret: Secret, most: int) -> bytes | Retry | Rejected:
        session = self._session(config, secret)
        return _file(media.reference, session, most)

    def _session(self, config: Config, secret: Secret) -> TwilioSession:
        origin = sandbox(self.key) if config.get("sandbox") else Origin(HOST)
        callback = str(config.get("callback", ""))
        return TwilioSession(
            origin, str(config.get("account_sid", "")), secret.get("auth_token", ""), callback
        )


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(errors="replace"), keep_blank_values=True, max_num_fields=300)
    except ValueError:
        return []


def _mac(token: str, text: str) -> str:
    return b64encode(hmac.digest(token.encode(), text.encode(errors="replace"), sha1)).decode()


def _variants(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return [url]
    usual = PORTS.get(parts.scheme)
    bare = parts.netloc.removesuffix(f":{port}") if port else parts.netloc
    if not host or (port and port != usual):
        return [url, urlunsplit(parts._replace(netloc=bare))]
    return [urlunsplit(parts._replace(netloc=one)) for one in (bare, f"{bare}:{usual}")]


def _status(said: dict[str, str], number: str) -> Inbound:
    word = reading.word(said, "MessageStatus")
    key = reading.key("status", number, word)
    state = STATES.get(word)
    if state is None:
        return Ignored(key, f"status:{word}"[:60])
    code = reading.word(said, "ErrorCode")
    return Status(
        key,
        reading.moment(0),
        state,
        external_id=number,
        reason=code,
        is_permanent=code.isdecimal() and int(code[:9]) in NOBODY,
    )


def _message(said: dict[str, str], number: str) -> Inbound:
    key, sender = reading.key("message", number), reading.word(said, "From")
    media = tuple(
        Media(
            f"file-{place + 1}",
            reference=url,
            content_type=reading.word(said, f"MediaContentType{place}")[:100],
        )
        for place in range(min(reading.number(said, "NumMedia"), 10))
        if (url := reading.word(said, f"MediaUrl{place}"))
    )
    if not sender or not (said.get("Body") or media):
        return Ignored(key, "empty")
    about = {"city": city} if (city := reading.word(said, "FromCity")) else {}
    return Incoming(
        key,
        reading.moment(0),
        Party((Handle("phone", sender, is_verified=True),), about=about),
        text=said.get("Body", ""),
        external_id=number,
        media=media,
        data={"to": reading.word(said, "To")},
    )


def _file(url: str, session: TwilioSession, most: int) -> bytes | Retry | Rejected:
    """Twilio sends us on to where the file lies; our credentials go to Twilio alone."""
    ours, deadline = session.line.origin, time.monotonic() + 30
    for _hop in range(HOPS):
        try:
            origin, path = (ours, url) if ours.is_local else split(url)
        except BadAddress:
            return no_file("address")
        line = Line(origin)
        try:
            headers = session.credentials if origin.host == ours.host else {}
            answer = line.ask(Call("GET", path, headers), deadline, most + 1)
        finally:
            line.close()
        if not isinstance(answer, Reply) or answer.status not in (301, 302, 303, 307, 308):
            return file_of(answer, most)
        url = answer.headers.get("location", "")
    return no_file("redirects")
