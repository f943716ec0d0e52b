"""WeCom: contacts outside the company, customer service in WeChat, messages of an application.

Customer service does not push its messages: it says that there are some, and we fetch them.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex, token_urlsafe
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import (
    Answer,
    Delivered,
    Direction,
    Handle,
    Happening,
    Ignored,
    Inbound,
    Incoming,
    Media,
    Party,
    Pulled,
    Record,
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
    Trouble,
    reason,
)
from channels.connectors.crypto import WRONG, BadBox, WeChatBox, new_aes_key
from channels.connectors.files import DOCUMENTS, MEGABYTE, Enclosed, FileKind
from channels.connectors.http import Call, Origin, Reply, sandbox
from channels.connectors.registry import register
from channels.connectors.texts import ProviderForm, TextOrFile, packed, secret_field
from channels.connectors.wechat import (
    IMAGE,
    VIDEO,
    TokenSession,
    errcode,
    media_id,
    opened,
    signed,
    upload,
)

HOST = "qyapi.weixin.qq.com"
SERVICE, APPLICATION = "kf", "app"
DOORS = {SERVICE: "/cgi-bin/kf/send_msg", APPLICATION: "/cgi-bin/message/send"}
SYNC = "/cgi-bin/kf/sync_msg"
AT_ONCE, LONGEST_BATCH = 500, 4_000_000
DUPLICATES = 1800
MEDIA = {
    "image": ("image.jpg", "image/jpeg"),
    "voice": ("voice.amr", "audio/amr"),
    "video": ("video.mp4", "video/mp4"),
    "file": ("file", ""),
}
# Who said it: the customer, or a colleague in WeCom itself.
FROM_CUSTOMER, FROM_COLLEAGUE = 3, 5
CONTACTS = {
    "add_external_contact": "follow",
    "add_half_external_contact": "follow",
    "del_follow_user": "unfollow",
}


class WeComForm(ProviderForm):
    secret = ("app_secret", "token", "aes_key")
    groups = (
        (_("Account"), (("corp_id", "app_secret"), ("way", "agent_id", "open_kfid"), ("sandbox",))),
        (_("Messages to us"), (("token", "aes_key"),)),
    )

    corp_id = forms.RegexField(r"^[A-Za-z0-9_-]{1,60}$", label=_("Company ID (CorpID)"), required=False)
    app_secret = secret_field(_("Secret of the application"))
    way = forms.ChoiceField(
        label=_("Whom it writes to"),
        choices=[
            (SERVICE, _("Customers, by customer service in WeChat")),
            (APPLICATION, _("Members, by an application")),
        ],
    )
    agent_id = forms.IntegerField(
        label=_("AgentId of the application"), required=False, min_value=0, max_value=10**9
    )
    open_kfid = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,64}$", label=_("Customer-service account (open_kfid)"), required=False
    )
    token = secret_field(_("Token"))
    aes_key = secret_field(_("EncodingAESKey"), help_text=_("43 letters and digits."))

    invented = {
        "corp_id": lambda: f"ww{token_hex(8)}",
        "open_kfid": lambda: f"wk{token_hex(12)}",
        "token": token_urlsafe,
        "aes_key": new_aes_key,
    }

    def needed(self) -> Iterable[str]:
        door = "agent_id" if self.cleaned_data.get("way") == APPLICATION else "open_kfid"
        return ("corp_id", "app_secret", door, "token", "aes_key")

    def clean_aes_key(self) -> str:
        key: str = self.cleaned_data["aes_key"]
        if key:
            try:
                WeChatBox(key, "")
            except BadBox:
                raise forms.ValidationError(_("This is no EncodingAESKey: it has 43 letters.")) from None
        return key


class WeComText(TextOrFile):
    longest = 680  # 2,048 bytes, at three a Chinese letter
    kinds = (
        IMAGE,
        FileKind("voice", frozenset({"audio/amr"}), 2 * MEGABYTE),
        VIDEO,
        FileKind("file", DOCUMENTS | {"application/zip", "application/x-ole-storage"}, 20 * MEGABYTE),
    )

    def write(self, envelope: Envelope, text: str) -> Payload:
        return self._message(envelope, {"msgtype": "text", "text": {"content": text}})

    def write_file(self, envelope: Envelope, file: Enclosed, kind: str) -> Payload:
        return replace(self._message(envelope, {"msgtype": kind, kind: {}}), upload=upload(file, kind))

    def _message(self, envelope: Envelope, content: dict[str, Any]) -> Payload:
        message: dict[str, Any] = {"touser": envelope.to, **content}
        way = APPLICATION if self.config.get("way") == APPLICATION else SERVICE
        if way == APPLICATION:
            message["agentid"] = self.config.get("agent_id") or 0
            message |= {"enable_duplicate_check": 1, "duplicate_check_interval": DUPLICATES}
        else:
            message |= {"open_kfid": str(self.config.get("open_kfid", "")), "msgid": envelope.key[:32]}
        return Payload(str(self.config.get("corp_id", "")), envelope.to, packed(message), DOORS[way])


class WeComSession(TokenSession):
    def token_call(self, *, anew: bool) -> Call:
        asked = urlencode({"corpid": self.account, "corpsecret": self.secret})
        return Call("GET", f"/cgi-bin/gettoken?{asked}")


@register
class WeCom(Connector):
    key = "wecom"
    label = _("WeCom")
    kind = "wechat"
    handle = "wecom"
    caps = Caps(
        subject=False,
        html=False,
        longest_text=WeComText.longest,
        pushes=True,
        pulls=True,
        window=timedelta(hours=48),
        window_replies=5,
        attachments=20 * MEGABYTE,
        file_kinds=WeComText.kinds,
    )
    config_form = WeComForm

    def scope(self, config: Config) -> str:
        return str(config.get("corp_id", ""))

    def prepare(self, content: Content, config: Config) -> WeComText:
        return WeComText(content, config)

    def open(self, config: Config, secret: Secret) -> Session:
        return self._session(config, secret)

    def fetch(self, media: Media, config: Config, secret: Secret, most: int) -> bytes | Retry | Rejected:
        with self._session(config, secret) as session:
            return session.fetch(f"/cgi-bin/media/get?media_id={media_id(media)}", 30, most)

    def handshake(self, request: Request, config: Config, secret: Secret) -> Answer | None:
        if request.method != "GET":
            return None
        echo = request.query.get("echostr", "")
        if signed(request.query, secret.get("token", ""), "msg_signature", echo):
            return Answer(403)
        try:
            return Answer(200, WeChatBox(secret.get("aes_key", ""), self.scope(config)).open(echo))
        except BadBox:
            return Answer(403)

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        wrapped = reading.xml_of(request.raw).get("Encrypt", "")
        if problem := signed(request.query, secret.get("token", ""), "msg_signature", wrapped):
            return problem
        return "" if wrapped and opened(request.raw, secret, self.scope(config)) is not None else WRONG

    def key_of(self, request: Request, config: Config, secret: Secret) -> str:
        # Tried again, a call is wrapped anew: the same call in other bytes.
        found = list(self.parse(request.raw, config, secret))
        return found[0].dedupe_key if len(found) == 1 else reading.digest(request.raw)

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        """Of a call, which is wrapped XML, or of one fetched message, which is JSON."""
        if raw.lstrip().startswith(b"{"):
            found = reading.json_of(raw)
            return [_fetched(found, config, raw)]
        plain = opened(raw, secret, self.scope(config))
        if plain is None:
            return [Ignored(reading.digest(raw), "unreadable")]
        said = {name: reading.bare(value) for name, value in reading.xml_of(plain).items()}
        return [_called(said, config, plain)]

    def ack(self, request: Request, config: Config, secret: Secret) -> Answer:
        return Answer(200, b"success")

    def pull(self, cursor: Mapping[str, Any], config: Config, secret: Secret) -> Pulled:
        if not config.get("open_kfid"):
            return Pulled((), cursor)
        asked = {"limit": AT_ONCE, "open_kfid": str(config["open_kfid"])}
        if position := str(cursor.get("cursor", "")):
            asked["cursor"] = position
        with self._session(config, secret) as session:
            payload = Payload("", "", packed(asked), SYNC)
            answer = session.ask(payload, time.monotonic() + 30, LONGEST_BATCH)
        if not isinstance(answer, Reply):
            return Pulled((), cursor, trouble=answer.reason)
        found = answer.json()
        if errcode(answer) != 0:
            said = f"{found.get('errcode', answer.status)} {reading.word(found, 'errmsg')}"
            return Pulled((), cursor, trouble=reason(Trouble.PROTOCOL, said))
        records = tuple(_record(one) for one in reading.each(found, "msg_list"))
        position = reading.text(found, "next_cursor") or position
        return Pulled(records, {**cursor, "cursor": position}, more=found.get("has_more") == 1)

    def _session(self, config: Config, secret: Secret) -> WeComSession:
        origin = sandbox(self.key) if config.get("sandbox") else Origin(HOST)
        return WeComSession(origin, self.scope(config), secret.get("app_secret", ""))


def _record(one: dict[str, Any]) -> Record:
    raw = json.dumps(one, ensure_ascii=False).encode(errors="replace")
    return Record(reading.key("kf", reading.word(one, "msgid") or reading.digest(raw)), raw)


def _party(contact: str, config: Config) -> Party:
    return Party((Handle("wecom", contact, str(config.get("corp_id", "")), is_verified=True),))


def _called(said: dict[str, str], config: Config, plain: bytes) -> Inbound:
    event, change = reading.word(said, "Event"), reading.word(said, "ChangeType")
    contact, when = reading.word(said, "ExternalUserID"), reading.word(said, "CreateTime")
    if not said:
        return Ignored(reading.digest(plain), "not_understood")
    if event == "kf_msg_or_event":
        # What it announces is fetched.
        return Ignored(reading.key("kf", when, reading.word(said, "Token")), "announcement")
    key = reading.key("event", contact, when, event, change, reading.word(said, "UserID"))
    if event == "change_external_contact" and contact and change in CONTACTS:
        data = {"event": change, **reading.fields_of(said, "UserID", "State")}
        return Happening(key, reading.moment(when), _party(contact, config), CONTACTS[change], data=data)
    if event:
        return Ignored(key, f"event:{event} {change}".strip()[:60])
    number = reading.word(said, "MsgId") or reading.digest(plain)
    # Members of the company are no customers.
    return Ignored(reading.key("member", number), "member")


def _fetched(found: Any, config: Config, raw: bytes) -> Inbound:
    number, contact = reading.word(found, "msgid"), reading.word(found, "external_userid")
    key = reading.key("kf", number or reading.digest(raw))
    kind, origin = reading.word(found, "msgtype"), reading.number(found, "origin")
    if kind == "event":
        return _service_event(found, key)
    if not contact or not number:
        return Ignored(key, "not_understood")
    if origin not in (FROM_CUSTOMER, FROM_COLLEAGUE):
        return Ignored(key, f"origin:{origin}")
    text, media, data = _content(kind, found)
    if not text and not media:
        return Ignored(key, f"kind:{kind}"[:60])
    return Incoming(
        key,
        reading.moment(reading.number(found, "send_time")),
        _party(contact, config),
        text=text,
        external_id=number,
        media=media,
        direction=Direction.IN if origin == FROM_CUSTOMER else Direction.OUT,
        data={"kind": kind, **data},
    )


def _content(kind: str, found: Any) -> tuple[str, tuple[Media, ...], dict[str, Any]]:
    if kind == "text":
        return reading.text(found, "text", "content"), (), {}
    if kind in MEDIA:
        name, content_type = MEDIA[kind]
        reference = reading.word(found, kind, "media_id")
        media = Media(name, reference=f"media:{reference}", content_type=content_type)
        return "", (media,) if reference else (), {}
    if kind == "location":
        place = {one: reading.word(found, kind, one) for one in ("name", "address", "latitude", "longitude")}
        location = {"latitude": place["latitude"], "longitude": place["longitude"]}
        return "\n".join(filter(None, (place["name"], place["address"]))), (), {"location": location}
    if kind in ("link", "miniprogram"):
        lines = [reading.text(found, kind, name) for name in ("title", "desc", "url")]
        return "\n".join(line for line in lines if line), (), {}
    return "", (), {}


def _service_event(found: Any, key: str) -> Inbound:
    event = reading.word(found, "event", "event_type")
    when = reading.moment(reading.number(found, "send_time"))
    failed = reading.word(found, "event", "fail_msgid")
    if event == "msg_send_fail" and failed:
        why = reading.word(found, "event", "fail_type")
        return Status(
            reading.key("status", failed, "failed"), when, Delivered.FAILED, external_id=failed, reason=why
        )
    return Ignored(key, f"event:{event}"[:60])
