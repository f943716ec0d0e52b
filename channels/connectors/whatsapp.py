"""WhatsApp by the Cloud API of Meta."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote

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
    Template,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.crypto import MISSING, UNSET, WRONG, hmac_sha256, same
from channels.connectors.files import DOCUMENTS, MEGABYTE, Enclosed, FileKind, Upload
from channels.connectors.http import (
    LATER,
    LONGEST_ANSWER,
    MUCH_LATER,
    ApiSession,
    BadAddress,
    Call,
    Line,
    Origin,
    Reply,
    file_of,
    no_file,
    sandbox,
    split,
    unproven,
    usual_verdict,
)
from channels.connectors.registry import register
from channels.connectors.texts import (
    NUMBER,
    ProviderForm,
    TemplatesField,
    TextOrFile,
    digits,
    packed,
    secret_field,
    templates,
)

HOST, VERSION = "graph.facebook.com", "v23.0"
# Our access token goes with a request for a file: only Meta's own servers may see it.
MEDIA_HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")
NOBODY = {131026, 131030}
CLOSED = {131047}
BUSY = {4, 80007, 130429, 131048, 131056, 131057, 133016}
NOT_ALLOWED = {0, 3, 10, 190, 131005, 131031, 131042, 131045, 133010, 368}
UNSURE = {1, 2, 131000, 131016}
STATES = {
    "sent": Delivered.SENT,
    "delivered": Delivered.DELIVERED,
    "read": Delivered.READ,
    "failed": Delivered.FAILED,
}
MEDIA = {
    "image": "image.jpg",
    "video": "video.mp4",
    "audio": "voice.ogg",
    "document": "file",
    "sticker": "sticker.webp",
}


class WhatsAppForm(ProviderForm):
    secret = ("access_token", "app_secret", "verify_token")
    groups = (
        (_("Account"), (("phone_number_id", "access_token"), ("sandbox",))),
        (_("Messages to us"), (("app_secret", "verify_token"),)),
        (_("Messages outside the 24 hours"), (("templates",),)),
    )

    phone_number_id = forms.RegexField(
        r"^[0-9]{5,30}$",
        label=_("Phone number ID"),
        required=False,
        help_text=_("Not the number itself: Meta's id of it."),
    )
    access_token = secret_field(_("Access token"))
    app_secret = secret_field(_("App secret"), help_text=_("Meta signs its calls with it."))
    verify_token = secret_field(_("Verify token"), help_text=_("Any word; enter the same one at Meta."))
    templates = TemplatesField()

    invented = {
        "phone_number_id": lambda: digits(15),
        "app_secret": token_urlsafe,
        "verify_token": token_urlsafe,
    }

    def needed(self) -> Iterable[str]:
        return ("phone_number_id", "access_token", "app_secret", "verify_token")


class WhatsAppText(TextOrFile):
    address = NUMBER
    longest = 4096
    kinds = (
        FileKind("image", frozenset({"image/jpeg", "image/png"}), 5 * MEGABYTE),
        FileKind("video", frozenset({"video/mp4"}), 16 * MEGABYTE),
        FileKind("audio", frozenset({"audio/mpeg", "audio/amr"}), 16 * MEGABYTE),
        FileKind("document", DOCUMENTS, 20 * MEGABYTE),
    )

    def write(self, envelope: Envelope, text: str) -> Payload:
        message: dict[str, Any] = {"type": "text", "text": {"preview_url": False, "body": text}}
        return self._message(envelope, message)

    def write_file(self, envelope: Envelope, file: Enclosed, kind: str) -> Payload:
        named = {"filename": file.name} if kind == "document" else {}
        payload = self._message(envelope, {"type": kind, kind: named})
        fields = {"messaging_product": "whatsapp", "type": file.content_type}
        path = payload.path.removesuffix("/messages") + "/media"
        return replace(payload, upload=Upload(file, path, (kind, "id"), "file", fields))

    def write_template(self, envelope: Envelope, template: Template) -> Payload:
        named = not all(name.isdecimal() for name in template.blanks)
        parameters = [
            {"type": "text", "text": envelope.fields[name], **({"parameter_name": name} if named else {})}
            for name in template.blanks
        ]
        approved: dict[str, Any] = {"name": template.name, "language": {"code": template.language or "en"}}
        if parameters:
            approved["components"] = [{"type": "body", "parameters": parameters}]
        return self._message(envelope, {"type": "template", "template": approved})

    def _message(self, envelope: Envelope, content: dict[str, Any]) -> Payload:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": envelope.to.removeprefix("+"),
            "biz_opaque_callback_data": envelope.key,
            **({"context": {"message_id": envelope.in_reply_to}} if envelope.in_reply_to else {}),
            **content,
        }
        sender = str(self.config.get("phone_number_id", ""))
        return Payload(sender, envelope.to, packed(message), f"/{VERSION}/{quote(sender, safe='')}/messages")


class WhatsAppSession(ApiSession):
    def __init__(self, origin: Origin, number: str, token: str) -> None:
        super().__init__(origin)
        self.number, self.credentials = number, {"Authorization": f"Bearer {token}"}

    def call(self, payload: Payload, key: str) -> Call:
        headers = {"Content-Type": payload.content_type, **self.credentials}
        return Call("POST", payload.path, headers, payload.data)

    def verdict(self, reply: Reply) -> Outcome:
        found = reply.json()
        if reply.status == 200:
            number = reading.word(found, "messages", 0, "id")
            return Accepted(without_addresses(number)) if number else Unknown(reason(Trouble.PROTOCOL, "200"))
        code = reading.at(found, "error", "code")
        if not isinstance(code, int) or isinstance(code, bool):
            return usual_verdict(reply)
        return _refusal(reply, code, reading.word(found, "error", "message"))

    def _check(self, timeout: float) -> Retry | Rejected | None:
        self.close()
        call = Call("GET", f"/{VERSION}/{quote(self.number, safe='')}?fields=id", self.credentials)
        return unproven(self.line.ask(call, time.monotonic() + timeout))


def _refusal(reply: Reply, code: int, words: str) -> Outcome:
    said = f"{code} {words}"
    if code in BUSY:
        return Retry(LATER, reason(Trouble.BUSY, said))
    if code in NOT_ALLOWED or reply.status in (401, 403):
        return Retry(MUCH_LATER, reason(Trouble.SIGN_IN, said), channel_down=True)
    if code in UNSURE or reply.status >= 500:
        return Unknown(reason(Trouble.PROTOCOL, said))
    if code in CLOSED:
        return Rejected(str(code), permanent=False, reason=reason(Trouble.WINDOW, said))
    trouble = Trouble.RECIPIENT if code in NOBODY else Trouble.MESSAGE
    return Rejected(str(code), permanent=code in NOBODY, reason=reason(trouble, said))


@register
class WhatsApp(Connector):
    key = "whatsapp"
    label = _("WhatsApp")
    kind = "whatsapp"
    handle = "whatsapp"
    caps = Caps(
        subject=False,
        html=False,
        longest_text=WhatsAppText.longest,
        pushes=True,
        window=timedelta(hours=24),
        attachments=20 * MEGABYTE,
        file_kinds=WhatsAppText.kinds,
    )
    config_form = WhatsAppForm

    def templates(self, config: Config) -> tuple[Template, ...]:
        return templates(config)

    def prepare(self, content: Content, config: Config) -> WhatsAppText:
        return WhatsAppText(content, config)

    def open(self, config: Config, secret: Secret) -> Session:
        return self._session(config, secret)

    def handshake(self, request: Request, config: Config, secret: Secret) -> Answer | None:
        if request.method != "GET":
            return None
        token, given = secret.get("verify_token", ""), request.query.get("hub.verify_token", "")
        if request.query.get("hub.mode") != "subscribe" or not token or not same(given, token):
            return Answer(403)
        return Answer(200, request.query.get("hub.challenge", "").encode(errors="replace"))

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        key, given = secret.get("app_secret", ""), request.headers.get("x-hub-signature-256", "")
        if not key:
            return UNSET
        if not given:
            return MISSING
        return "" if same(given, f"sha256={hmac_sha256(key, request.raw)}") else WRONG

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        found = list(_parts(reading.json_of(raw), str(config.get("phone_number_id", ""))))
        return found[: reading.MOST_PARTS] or [Ignored(reading.digest(raw), "not_understood")]

    def fetch(self, media: Media, config: Config, secret: Secret, most: int) -> bytes | Retry | Rejected:
        """First where the file is, which holds for five minutes; then the file."""
        session = self._session(config, secret)
        reference = quote(media.reference.removeprefix("media:"), safe="")
        with session:
            call = Call("GET", f"/{VERSION}/{reference}", session.credentials)
            answer = session.line.ask(call, time.monotonic() + 20)
        found = file_of(answer, LONGEST_ANSWER)
        if not isinstance(found, bytes):
            return found
        return _file(reading.text(reading.json_of(found), "url"), session, most)

    def _session(self, config: Config, secret: Secret) -> WhatsAppSession:
        origin = sandbox(self.key) if config.get("sandbox") else Origin(HOST)
        return WhatsAppSession(origin, str(config.get("phone_number_id", "")), secret.get("access_token", ""))


def _file(url: str, session: WhatsAppSession, most: int) -> bytes | Retry | Rejected:
    origin, path = session.line.origin, url
    if not origin.is_local:
        try:
            origin, path = split(url)
        except BadAddress:
            return no_file("address")
        if not origin.host.endswith(MEDIA_HOSTS):
            return no_file("address")
    line = Line(origin)
    try:
        return file_of(
            line.ask(Call("GET", path, session.credentials), time.monotonic() + 30, most + 1), most
        )
    finally:
        line.close()


def _parts(found: Any, number: str) -> Iterator[Inbound]:
    for entry in reading.each(found, "entry"):
        for change in reading.each(entry, "changes"):
            value = change.get("value")
            about = reading.word(value, "metadata", "phone_number_id")
            names = {
                reading.word(one, "wa_id"): reading.word(one, "profile", "name")
                for one in reading.each(value, "contacts")
            }
            for one in reading.each(value, "messages"):
                yield _message(one, names) if about == number else _other(one, "another_number")
            for one in reading.each(value, "statuses"):
                yield _status(one) if about == number else _other(one, "another_number")


def _other(one: dict[str, Any], why: str) -> Ignored:
    return Ignored(reading.key(why, reading.word(one, "id"), reading.word(one, "status")), why)


def _message(one: dict[str, Any], names: dict[str, str]) -> Inbound:
    number, sender, kind = (reading.word(one, name) for name in ("id", "from", "type"))
    if not number or not sender.isdecimal():
        return Ignored(reading.key("message", number or reading.digest(repr(one).encode())), "not_understood")
    key = reading.key("message", number)
    text, media, data = _content(kind, one)
    if not text and not media:
        return Ignored(key, f"kind:{kind}"[:60])
    phone = f"+{sender}"
    handles = (Handle("whatsapp", phone, is_verified=True), Handle("phone", phone, is_verified=True))
    quoted = reading.word(one, "context", "id") or reading.word(one, "reaction", "message_id")
    return Incoming(
        key,
        reading.moment(reading.word(one, "timestamp")),
        Party(handles, names.get(sender, "")),
        text=text,
        external_id=number,
        media=media,
        follows=(quoted,) if quoted else (),
        data={"kind": kind, **data},
    )


def _content(kind: str, one: dict[str, Any]) -> tuple[str, tuple[Media, ...], dict[str, Any]]:
    if kind == "text":
        return reading.text(one, "text", "body"), (), {}
    if kind in MEDIA:
        reference = reading.word(one, kind, "id")
        name = reading.word(one, kind, "filename") or MEDIA[kind]
        media = Media(
            name, reference=f"media:{reference}", content_type=reading.word(one, kind, "mime_type")[:100]
        )
        return reading.text(one, kind, "caption"), (media,) if reference else (), {}
    if kind == "location":
        place = {name: reading.word(one, kind, name) for name in ("name", "address", "latitude", "longitude")}
        where = "\n".join(filter(None, (place["name"], place["address"])))
        location = {"latitude": place["latitude"], "longitude": place["longitude"]}
        return where or ", ".join(filter(None, location.values())), (), {"location": location}
    if kind == "contacts":
        return "\n".join(_card(card) for card in reading.each(one, "contacts")), (), {}
    return _choice(kind, one), (), {}


def _choice(kind: str, one: dict[str, Any]) -> str:
    """What somebody pressed instead of writing."""
    if kind == "button":
        return reading.text(one, "button", "text")
    if kind == "interactive":
        way = reading.word(one, "interactive", "type")
        return reading.text(one, "interactive", way, "title") or reading.text(one, "interactive", way, "body")
    if kind == "reaction":
        return reading.text(one, "reaction", "emoji")
    if kind == "order":
        return reading.text(one, "order", "text") or "\n".join(
            f"{reading.word(item, 'quantity')} × {reading.word(item, 'product_retailer_id')}"
            for item in reading.each(one, "order", "product_items")
        )
    return ""


def _card(card: dict[str, Any]) -> str:
    numbers = [reading.word(one, "phone") for one in reading.each(card, "phones")]
    return " ".join(filter(None, (reading.word(card, "name", "formatted_name"), *numbers)))


def _status(one: dict[str, Any]) -> Inbound:
    number, said = reading.word(one, "id"), reading.word(one, "status")
    key = reading.key("status", number, said)
    state = STATES.get(said)
    if state is None or not number:
        return Ignored(key, f"status:{said}"[:60])
    code = reading.word(one, "errors", 0, "code")
    words = " ".join(filter(None, (code, reading.word(one, "errors", 0, "title"))))
    return Status(
        key,
        reading.moment(reading.word(one, "timestamp")),
        state,
        external_id=number,
        key=reading.word(one, "biz_opaque_callback_data"),
        reason=without_addresses(words),
        is_permanent=code.isdecimal() and int(code[:9]) in NOBODY,
    )
