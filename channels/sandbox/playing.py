"""Playing the customer: the call with which a provider would tell us what somebody wrote or did.

    request = playing.payload(channel, Said("Hello"), Person("o6_bmjrPTlm6_2sgVt7hMZOPfL2M"))

It is signed with the channel's own secret, so it goes through the same door as a real one.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1, sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import uuid4
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone

from channels import secrets
from channels.connectors.arriving import Request
from channels.connectors.crypto import WeChatBox, hmac_sha256, webhook_key, wechat_signature
from channels.models import Channel
from channels.sandbox import spoken

TYPE_JSON, TYPE_FORM = "application/json", "application/x-www-form-urlencoded"


class CannotPlay(ValueError):
    """The channel's provider does not call us, or cannot say such a thing."""


@dataclass(frozen=True)
class Person:
    """`address` is what the channel calls its people: an openid, a number…"""

    address: str
    name: str = ""


@dataclass(frozen=True)
class Said:
    """A text, a picture, or an event: follow, unfollow, missed_call, call, order; `delivered`, `read` and
    `failed` tell what became of a message of ours, named by `number`."""

    text: str = ""
    event: str = ""
    picture: str = ""
    number: str = ""
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        return self.at or timezone.now()

    @property
    def seconds(self) -> int:
        return int(self.moment.timestamp())


@dataclass(frozen=True)
class Account:
    """A channel as its provider knows it."""

    config: Mapping[str, Any]
    secret: Mapping[str, str]
    url: str

    def word(self, name: str) -> str:
        return str(self.config.get(name, ""))


def payload(channel: Channel, said: Said, person: Person) -> Request:
    """CannotPlay where the provider could not say it; secrets.Unreadable for a channel in trouble."""
    try:
        play = PLAYS[channel.connector]
    except KeyError:
        raise CannotPlay(channel.connector) from None
    url = f"{settings.PUBLIC_URL}/in/{channel.token}/"
    return play(Account(channel.config, secrets.unseal(channel.secret), url), said, person)


def can_play(channel: Channel) -> bool:
    return channel.connector in PLAYS


def _wechat(account: Account, said: Said, person: Person) -> Request:
    fields: dict[str, Any] = {
        "ToUserName": account.word("app_id"),
        "FromUserName": person.address,
        "CreateTime": said.seconds,
    }
    number = said.number or str(uuid4().int >> 64)
    if said.event in ("follow", "unfollow"):
        event = {"follow": "subscribe", "unfollow": "unsubscribe"}[said.event]
        fields |= {"MsgType": "event", "Event": event, "EventKey": ""}
    elif said.event:
        raise CannotPlay(said.event)
    elif said.picture:
        fields |= {"MsgType": "image", "MediaId": said.picture, "MsgId": number}
    else:
        fields |= {"MsgType": "text", "Content": said.text, "MsgId": number}
    plain = _xml(fields)
    if account.config.get("mode") == "plain":
        return _wechat_call(account, plain, "")
    wrapped = WeChatBox(account.secret.get("aes_key", ""), account.word("app_id")).close(plain)
    return _wechat_call(account, _xml({"Encrypt": wrapped}), wrapped)


def _wecom(account: Account, said: Said, person: Person) -> Request:
    """A message waits in the sandbox until it is fetched; the call only says that there is one."""
    fields: dict[str, Any] = {"ToUserName": account.word("corp_id"), "CreateTime": said.seconds}
    if said.event in ("follow", "unfollow"):
        change = {"follow": "add_external_contact", "unfollow": "del_follow_user"}[said.event]
        fields |= {
            "MsgType": "event",
            "Event": "change_external_contact",
            "ChangeType": change,
            "UserID": "sandbox",
            "ExternalUserID": person.address,
        }
    elif said.event:
        raise CannotPlay(said.event)
    else:
        spoken.wait(account.word("open_kfid"), person.address, _service_message(account, said, person))
        fields |= {
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": uuid4().hex,
            "OpenKfId": account.word("open_kfid"),
        }
    wrapped = WeChatBox(account.secret.get("aes_key", ""), account.word("corp_id")).close(_xml(fields))
    return _wechat_call(account, _xml({"ToUserName": account.word("corp_id"), "Encrypt": wrapped}), wrapped)


def _service_message(account: Account, said: Said, person: Person) -> dict[str, Any]:
    kind = "image" if said.picture else "text"
    content = {"media_id": said.picture} if said.picture else {"content": said.text}
    return {
        "msgid": said.number or uuid4().hex,
        "open_kfid": account.word("open_kfid"),
        "external_userid": person.address,
        "send_time": said.seconds,
        "origin": 3,
        "msgtype": kind,
        kind: content,
    }


def _wechat_call(account: Account, body: bytes, wrapped: str) -> Request:
    token, timestamp, nonce = account.secret.get("token", ""), str(_now()), uuid4().hex[:10]
    query = {
        "signature": wechat_signature(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    if wrapped:
        query |= {
            "encrypt_type": "aes",
            "msg_signature": wechat_signature(token, timestamp, nonce, wrapped),
        }
    return Request(
        "POST", f"{account.url}?{urlencode(query)}", body, {"content-type": "text/xml; charset=utf-8"}, query
    )


def _whatsapp(account: Account, said: Said, person: Person) -> Request:
    number, sender = said.number or f"wamid.{uuid4().hex}", person.address.removeprefix("+")
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "0", "phone_number_id": account.word("phone_number_id")},
    }
    if said.event in ("sent", "delivered", "read", "failed"):
        status = {"id": number, "status": said.event, "timestamp": str(said.seconds), "recipient_id": sender}
        value["statuses"] = [status]
    elif said.event:
        raise CannotPlay(said.event)
    else:
        message: dict[str, Any] = {"from": sender, "id": number, "timestamp": str(said.seconds)}
        if said.picture:
            message |= {"type": "image", "image": {"id": said.picture, "mime_type": "image/png"}}
        else:
            message |= {"type": "text", "text": {"body": said.text}}
        value |= {"contacts": [{"profile": {"name": person.name}, "wa_id": sender}], "messages": [message]}
    change = {"value": value, "field": "messages"}
    body = _json({"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [change]}]})
    signature = f"sha256={hmac_sha256(account.secret.get('app_secret', ''), body)}"
    return Request("POST", account.url, body, {"content-type": TYPE_JSON, "x-hub-signature-256": signature})


def _twilio(account: Account, said: Said, person: Person) -> Request:
    number = said.number or f"SM{uuid4().hex}"
    fields = {"AccountSid": account.word("account_sid"), "MessageSid": number}
    if said.event in ("sent", "delivered", "failed"):
        fields |= {"MessageStatus": said.event, "To": person.address}
    elif said.event:
        raise CannotPlay(said.event)
    else:
        fields |= {"From": person.address, "To": account.word("sender"), "Body": said.text, "NumMedia": "0"}
        if said.picture:
            where = (
                f"/2010-04-01/Accounts/{account.word('account_sid')}/Messages/{number}/Media/{said.picture}"
            )
            fields |= {"NumMedia": "1", "MediaUrl0": where, "MediaContentType0": "image/png"}
    body = urlencode(fields).encode()
    pairs = sorted(set(parse_qsl(body.decode(), keep_blank_values=True)))
    text = account.url + "".join(name + value for name, value in pairs)
    token = account.secret.get("auth_token", "")
    signature = b64encode(hmac.digest(token.encode(), text.encode(), sha1)).decode()
    return Request("POST", account.url, body, {"content-type": TYPE_FORM, "x-twilio-signature": signature})


def _gateway(account: Account, said: Said, person: Person) -> Request:
    number = said.number or uuid4().hex
    names = {one: account.word(f"{one}_in") or one for one in ("from", "text", "id", "status")}
    if said.event in ("sent", "delivered", "failed"):
        fields = {names["id"]: number, names["status"]: said.event}
    elif said.event or not said.text:
        raise CannotPlay(said.event or "picture")
    else:
        fields = {names["id"]: number, names["from"]: person.address, names["text"]: said.text}
    body, known = _json(fields), account.secret.get("signing_secret", "")
    proof = known if account.config.get("proof") == "token" else hmac_sha256(known, body)
    header = (account.word("proof_header") or "X-Signature").lower()
    return Request("POST", account.url, body, {"content-type": TYPE_JSON, header: proof})


def _program(account: Account, said: Said, person: Person) -> Request:
    kind = "email" if "@" in person.address else "phone"
    told: dict[str, Any] = {"from": {"name": person.name, kind: person.address}, "text": said.text}
    if said.event:
        told |= {"type": "happening", "kind": said.event, "data": dict(said.data)}
    else:
        told |= {"type": "message"}
    return _signed(account, said, told)


def _telephone(account: Account, said: Said, person: Person) -> Request:
    missed = said.event == "missed_call"
    told = {
        "event": "call.missed" if missed else "call.ended",
        "direction": "in",
        "from": person.address,
        "name": person.name,
        "started_at": said.moment.isoformat(),
        "note": said.text,
        "seconds": 0 if missed else 60,
        **said.data,
    }
    return _signed(account, said, told)


def _till(account: Account, said: Said, person: Person) -> Request:
    kind = "email" if "@" in person.address else "phone"
    told = {
        "terminal": "sandbox",
        "receipt": said.number or uuid4().hex[:8],
        "state": "ordered",
        "total": "0",
        "currency": settings.DEFAULT_CURRENCY,
        "customer": {"name": person.name, kind: person.address},
        "lines": [],
        **said.data,
    }
    return _signed(account, said, told)


def _signed(account: Account, said: Said, told: Mapping[str, Any]) -> Request:
    """As Standard Webhooks says."""
    body = _json({"id": said.number or uuid4().hex, "at": said.moment.isoformat(), **told})
    key, token, timestamp = _first_key(account), f"msg_{uuid4().hex}", str(_now())
    signature = hmac.digest(key, f"{token}.{timestamp}.".encode() + body, sha256)
    headers = {
        "content-type": TYPE_JSON,
        "webhook-id": token,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(signature).decode()}",
    }
    return Request("POST", account.url, body, headers)


def _first_key(account: Account) -> bytes:
    known = account.secret.get("signing_secret", "").split()
    if not known:
        raise CannotPlay("secret")
    return webhook_key(known[0])


def _xml(fields: Mapping[str, Any]) -> bytes:
    inside = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
    return f"<xml>{inside}</xml>".encode()


def _json(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def _now() -> int:
    return int(timezone.now().timestamp())


PLAYS: Mapping[str, Callable[[Account, Said, Person], Request]] = {
    "wechat_oa": _wechat,
    "wecom": _wecom,
    "whatsapp": _whatsapp,
    "twilio": _twilio,
    "sms_http": _gateway,
    "webhook_generic": _program,
    "phone_cti": _telephone,
    "pos": _till,
}
