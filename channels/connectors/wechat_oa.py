"""WeChat Official Account: messages of followers, customer-service replies, templates."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from secrets import token_hex, token_urlsafe
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import (
    Answer,
    Delivered,
    Handle,
    Happening,
    Ignored,
    Inbound,
    Incoming,
    Media,
    Party,
    Request,
    Status,
)
from channels.connectors.base import (
    Caps,
    Config,
    Connector,
    Content,
    Envelope,
    Payload,
    Rejected,
    Retry,
    Secret,
    Session,
    Template,
)
from channels.connectors.crypto import WRONG, BadBox, WeChatBox, new_aes_key
from channels.connectors.files import MEGABYTE, Enclosed, FileKind
from channels.connectors.http import JSON, Call, Origin, sandbox
from channels.connectors.registry import register
from channels.connectors.texts import (
    ProviderForm,
    TemplatesField,
    TextOrFile,
    packed,
    secret_field,
    templates,
)
from channels.connectors.wechat import (
    IMAGE,
    VIDEO,
    TokenSession,
    media_id,
    opened,
    signed,
    upload,
)

HOST = "api.weixin.qq.com"
SEND, SEND_TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
PLAIN, SAFE = "plain", "safe"
MEDIA = {
    "image": ("image.jpg", "image/jpeg"),
    "voice": ("voice.amr", "audio/amr"),
    "video": ("video.mp4", "video/mp4"),
    "shortvideo": ("video.mp4", "video/mp4"),
}
FOLLOWING = {"subscribe": "follow", "unsubscribe": "unfollow"}
CLICKS = {"scan": "scan", "click": "click", "view": "click"}


class WeChatForm(ProviderForm):
    secret = ("app_secret", "token", "aes_key")
    groups = (
        (_("Account"), (("app_id", "app_secret"), ("sandbox",))),
        (_("Messages to us"), (("mode", "token"), ("aes_key",))),
        (_("Messages outside the 48 hours"), (("templates",),)),
    )

    app_id = forms.RegexField(r"^[A-Za-z0-9_-]{1,60}$", label=_("AppID"), required=False)
    app_secret = secret_field(_("AppSecret"))
    mode = forms.ChoiceField(
        label=_("Way of transport"),
        choices=[(SAFE, _("Encrypted (safe mode), recommended")), (PLAIN, _("Plain"))],
        help_text=_("As set in the account's own settings. Plain calls are signed without their content."),
    )
    token = secret_field(_("Token"), required=False)
    aes_key = secret_field(_("EncodingAESKey"), help_text=_("43 letters and digits."))
    templates = TemplatesField()

    invented = {"app_id": lambda: f"wx{token_hex(8)}", "token": token_urlsafe, "aes_key": new_aes_key}

    def needed(self) -> Iterable[str]:
        safe = self.cleaned_data.get("mode") == SAFE
        return ("app_id", "app_secret", "token", *(("aes_key",) if safe else ()))

    def clean_aes_key(self) -> str:
        key: str = self.cleaned_data["aes_key"]
        if key:
            try:
                WeChatBox(key, "")
            except BadBox:
                raise forms.ValidationError(_("This is no EncodingAESKey: it has 43 letters.")) from None
        return key


class WeChatText(TextOrFile):
    longest = 2000
    kinds = (
        FileKind("image", IMAGE.types | {"image/gif"}, IMAGE.most),
        FileKind("voice", frozenset({"audio/amr", "audio/mpeg"}), 2 * MEGABYTE),
        VIDEO,
    )

    def write(self, envelope: Envelope, text: str) -> Payload:
        message = {"touser": envelope.to, "msgtype": "text", "text": {"content": text}}
        return Payload(str(self.config.get("app_id", "")), envelope.to, packed(message), SEND)

    def write_file(self, envelope: Envelope, file: Enclosed, kind: str) -> Payload:
        message = {"touser": envelope.to, "msgtype": kind, kind: {}}
        account = str(self.config.get("app_id", ""))
        return Payload(account, envelope.to, packed(message), SEND, upload=upload(file, kind))

    def write_template(self, envelope: Envelope, template: Template) -> Payload:
        message = {
            "touser": envelope.to,
            "template_id": template.name,
            "client_msg_id": envelope.key[:32],
            "data": {name: {"value": envelope.fields[name]} for name in template.blanks},
        }
        return Payload(str(self.config.get("app_id", "")), envelope.to, packed(message), SEND_TEMPLATE)


class WeChatSession(TokenSession):
    def token_call(self, *, anew: bool) -> Call:
        # The stable token: asking for one takes it from nobody else who has it.
        asked = {
            "grant_type": "client_credential",
            "appid": self.account,
            "secret": self.secret,
            "force_refresh": anew,
        }
        return Call("POST", "/cgi-bin/stable_token", JSON, json.dumps(asked).encode())


@register
class WeChatOfficialAccount(Connector):
    key = "wechat_oa"
    label = _("WeChat Official Account")
    kind = "wechat"
    handle = "openid"
    caps = Caps(
        subject=False,
        html=False,
        longest_text=WeChatText.longest,
        pushes=True,
        window=timedelta(hours=48),
        window_replies=5,
        attachments=IMAGE.most,
        file_kinds=WeChatText.kinds,
    )
    config_form = WeChatForm

    def scope(self, config: Config) -> str:
        return str(config.get("app_id", ""))

    def templates(self, config: Config) -> tuple[Template, ...]:
        return templates(config)

    def prepare(self, content: Content, config: Config) -> WeChatText:
        return WeChatText(content, config)

    def open(self, config: Config, secret: Secret) -> Session:
        return self._session(config, secret)

    def fetch(self, media: Media, config: Config, secret: Secret, most: int) -> bytes | Retry | Rejected:
        with self._session(config, secret) as session:
            return session.fetch(f"/cgi-bin/media/get?media_id={media_id(media)}", 30, most)

    def handshake(self, request: Request, config: Config, secret: Secret) -> Answer | None:
        if request.method != "GET":
            return None
        if signed(request.query, secret.get("token", ""), "signature"):
            return Answer(403)
        return Answer(200, request.query.get("echostr", "").encode(errors="replace"))

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        token = secret.get("token", "")
        if config.get("mode") == PLAIN:
            return signed(request.query, token, "signature")
        wrapped = reading.xml_of(request.raw).get("Encrypt", "")
        if problem := signed(request.query, token, "msg_signature", wrapped):
            return problem
        return "" if wrapped and opened(request.raw, secret, self.scope(config)) is not None else WRONG

    def key_of(self, request: Request, config: Config, secret: Secret) -> str:
        # Tried again, a message is wrapped anew: the same message in other bytes.
        found = list(self.parse(request.raw, config, secret))
        return found[0].dedupe_key if len(found) == 1 else reading.digest(request.raw)

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        plain = raw if config.get("mode") == PLAIN else opened(raw, secret, self.scope(config))
        if plain is None:
            return [Ignored(reading.digest(raw), "unreadable")]
        said = {name: reading.bare(value) for name, value in reading.xml_of(plain).items()}
        if not said.get("FromUserName"):
            return [Ignored(reading.digest(raw), "not_understood")]
        return [_event(said, config) if said.get("MsgType") == "event" else _message(said, config)]

    def ack(self, request: Request, config: Config, secret: Secret) -> Answer:
        return Answer(200, b"success")

    def _session(self, config: Config, secret: Secret) -> WeChatSession:
        origin = sandbox(self.key) if config.get("sandbox") else Origin(HOST)
        return WeChatSession(origin, str(config.get("app_id", "")), secret.get("app_secret", ""))


def _party(said: Mapping[str, str], config: Config) -> Party:
    scope = str(config.get("app_id", ""))
    openid = reading.word(dict(said), "FromUserName")
    handles = [Handle("openid", openid, scope, is_verified=True)]
    if union := reading.word(dict(said), "UnionId"):
        handles.append(Handle("unionid", union, is_verified=True))
    return Party(tuple(handles))


def _message(said: dict[str, str], config: Config) -> Inbound:
    number, kind = reading.word(said, "MsgId"), said.get("MsgType", "")
    who, when = reading.word(said, "FromUserName"), reading.word(said, "CreateTime")
    key = reading.key("message", number or f"{who}:{when}:{kind}:{reading.digest(repr(said).encode())[:16]}")
    text, media, data = _content(kind, said)
    if not text and not media:
        return Ignored(key, f"kind:{kind}"[:60])
    return Incoming(
        key,
        reading.moment(when),
        _party(said, config),
        text=text,
        external_id=number,
        media=media,
        data={"kind": kind, **data},
    )


def _content(kind: str, said: dict[str, str]) -> tuple[str, tuple[Media, ...], dict[str, Any]]:
    if kind == "text":
        return said.get("Content", ""), (), {}
    if kind in MEDIA:
        name, content_type = MEDIA[kind]
        reference = reading.word(said, "MediaId")
        media = (Media(name, reference=f"media:{reference}", content_type=content_type),) if reference else ()
        return said.get("Recognition", ""), media, {}
    if kind == "location":
        place = reading.fields_of(said, "Location_X", "Location_Y", "Label")
        where = ", ".join(filter(None, (place.get("Location_X"), place.get("Location_Y"))))
        location = {"latitude": place.get("Location_X", ""), "longitude": place.get("Location_Y", "")}
        return place.get("Label") or where, (), {"location": location}
    if kind == "link":
        lines = [said.get(name, "") for name in ("Title", "Description", "Url")]
        return "\n".join(line for line in lines if line), (), {}
    return "", (), {}


def _event(said: dict[str, str], config: Config) -> Inbound:
    event = said.get("Event", "").lower()[:40]
    who, when = reading.word(said, "FromUserName"), reading.word(said, "CreateTime")
    key = reading.key("event", who, when, event, reading.word(said, "EventKey"))
    if event == "templatesendjobfinish":
        return _finished(said, key)
    kind = FOLLOWING.get(event) or CLICKS.get(event)
    if kind is None:
        return Ignored(key, f"event:{event}")
    data = {"event": event, **reading.fields_of(said, "EventKey", "Ticket")}
    return Happening(key, reading.moment(when), _party(said, config), kind, data=data)


def _finished(said: dict[str, str], key: str) -> Inbound:
    """How a template fared."""
    number, outcome = reading.word(said, "MsgID"), reading.word(said, "Status")
    if not number:
        return Ignored(key, "not_understood")
    state = Delivered.DELIVERED if outcome == "success" else Delivered.FAILED
    reason = "" if outcome == "success" else outcome
    when = reading.moment(reading.word(said, "CreateTime"))
    return Status(reading.key("status", number, state), when, state, external_id=number, reason=reason)
