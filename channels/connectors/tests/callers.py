"""Providers that call us, with code of their own: how each wraps and signs what it says.

Nothing here may come from the connectors: two mistakes that agree would prove nothing.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.connectors.arriving import Request

GOLDEN = Path(__file__).parent / "golden"
URL = "https://crm.test/in/token/"
Values = Mapping[str, str]
Call = Callable[[bytes, Values, int], Request]


@dataclass(frozen=True)
class Caller:
    """`call` makes the request for some bytes, signed with a secret at a moment."""

    key: str
    call: Call
    secret: Values
    stolen: Values
    config: Mapping[str, Any] = field(default_factory=dict)
    # What must be there: names of headers and of parameters in the address.
    proofs: tuple[str, ...] = ()
    # Whether an old call is known as such, and whether the body is part of what is signed.
    is_stamped: bool = True
    signs_body: bool = True
    # What its calls are made of; the rest of the golden files are fetched.
    ending: str = "json"

    @property
    def name(self) -> str:
        return f"{self.key}-{self.config['mode']}" if "mode" in self.config else self.key

    def files(self) -> list[Path]:
        return sorted((GOLDEN / self.key).glob(f"*.{self.ending}"))

    def first(self) -> bytes:
        return self.files()[0].read_bytes()


def post(raw: bytes, headers: Values, query: Values | None = None) -> Request:
    url = f"{URL}?{urlencode(query)}" if query else URL
    return Request("POST", url, raw, headers, query or {})


def aes_key(word: str) -> str:
    return base64.b64encode(hashlib.sha256(word.encode()).digest()).decode().rstrip("=")


def wrapped(inner: bytes, key: str, owner: str) -> str:
    """By the documents: 16 random bytes, the length, the message, whose it is; PKCS#7 to 32 bytes."""
    secret = base64.b64decode(key + "=")
    plain = b"0123456789abcdef" + len(inner).to_bytes(4, "big") + inner + owner.encode()
    missing = 32 - len(plain) % 32
    plain += bytes([missing]) * missing
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def sha1_of(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode()).hexdigest()


def wechat_plain(raw: bytes, secret: Values, at: int) -> Request:
    query = {"timestamp": str(at), "nonce": "486452656", "openid": "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"}
    return post(raw, {}, {**query, "signature": sha1_of(secret["token"], str(at), "486452656")})


def wechat_safe(owner: str) -> Call:
    def call(raw: bytes, secret: Values, at: int) -> Request:
        inner = wrapped(raw, secret["aes_key"], owner)
        body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{inner}]]></Encrypt></xml>".encode()
        query = {
            "timestamp": str(at),
            "nonce": "486452656",
            "encrypt_type": "aes",
            "msg_signature": sha1_of(secret["token"], str(at), "486452656", inner),
        }
        return post(body, {}, query)

    return call


def meta(raw: bytes, secret: Values, at: int) -> Request:
    signature = hmac.new(secret["app_secret"].encode(), raw, hashlib.sha256).hexdigest()
    return post(raw, {"x-hub-signature-256": f"sha256={signature}"})


def twilio(raw: bytes, secret: Values, at: int) -> Request:
    pairs = sorted(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    text = URL + "".join(f"{name}{value}" for name, value in pairs)
    digest = hmac.new(secret["auth_token"].encode(), text.encode(), hashlib.sha1).digest()
    return post(raw, {"x-twilio-signature": base64.b64encode(digest).decode()})


def gateway(raw: bytes, secret: Values, at: int) -> Request:
    return post(
        raw,
        {"x-signature": hmac.new(secret["signing_secret"].encode(), raw, hashlib.sha256).hexdigest()},
    )


def standard(raw: bytes, secret: Values, at: int) -> Request:
    """With the first secret; the signature of somebody unknown stands before it."""
    key = base64.b64decode(secret["signing_secret"].split()[0].removeprefix("whsec_"))
    signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek." + str(at).encode() + b"." + raw
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1a,{'x' * 40} v1,{'A' * 43}= v1,{signature}",
    }
    return post(raw, headers)


STANDARD: dict[str, Any] = {
    "call": standard,
    "secret": {"signing_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
    "stolen": {"signing_secret": "whsec_" + base64.b64encode(b"x" * 24).decode()},
    "proofs": ("webhook-id", "webhook-timestamp", "webhook-signature"),
}
WECHAT: dict[str, Any] = {
    "secret": {"token": "AAAAA", "aes_key": aes_key("ours"), "app_secret": "s"},
    "stolen": {"token": "BBBBB", "aes_key": aes_key("theirs"), "app_secret": "s"},
    "ending": "xml",
}
SAFE = ("msg_signature", "timestamp", "nonce")
CALLERS = [
    Caller(
        "wechat_oa",
        wechat_safe("wxb11529c136998cb6"),
        config={"app_id": "wxb11529c136998cb6", "mode": "safe"},
        proofs=SAFE,
        **WECHAT,
    ),
    Caller(
        "wechat_oa",
        wechat_plain,
        config={"app_id": "wxb11529c136998cb6", "mode": "plain"},
        proofs=("signature", "timestamp", "nonce"),
        signs_body=False,
        **WECHAT,
    ),
    Caller(
        "wecom",
        wechat_safe("wx5823bf96d3bd56c7"),
        config={"corp_id": "wx5823bf96d3bd56c7", "open_kfid": "wkxxxxxxx"},
        proofs=SAFE,
        **WECHAT,
    ),
    Caller(
        "whatsapp",
        meta,
        {"app_secret": "s1", "verify_token": "v", "access_token": "t"},
        {"app_secret": "s2"},
        {"phone_number_id": "106540352242922"},
        ("x-hub-signature-256",),
        is_stamped=False,
    ),
    Caller(
        "twilio",
        twilio,
        {"auth_token": "12345"},
        {"auth_token": "54321"},
        {"account_sid": "AC" + "0" * 32},
        ("x-twilio-signature",),
        is_stamped=False,
        ending="form",
    ),
    Caller(
        "sms_http",
        gateway,
        {"signing_secret": "s1"},
        {"signing_secret": "s2"},
        {"proof": "hmac", "proof_header": "X-Signature"},
        ("x-signature",),
        is_stamped=False,
    ),
    Caller("webhook_generic", **STANDARD),
    Caller("phone_cti", **STANDARD),
    Caller("pos", **STANDARD),
]


def now() -> int:
    return int(time.time())


def reserialised(raw: bytes) -> bytes:
    """The same JSON in other bytes."""
    return json.dumps(json.loads(raw), indent=3, sort_keys=True).encode()
