"""Runs inside the company under fire: a channel that programs may call, and calls signed for it."""

import hmac
import json
import time
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

from channels import secrets
from channels.models import Channel

KEY = b"a secret of the test, long enough"


def open_channel() -> str:
    """The path that may be called."""
    channel = Channel.objects.create(
        connector="webhook_generic",
        kind="web",
        name="Under fire",
        secret=secrets.seal({"signing_secret": "whsec_" + b64encode(KEY).decode()}),
    )
    return f"/in/{channel.token}/"


def signed(name: str, told: Mapping[str, object]) -> tuple[bytes, dict[str, str]]:
    """A call as Standard Webhooks says, computed by the book and not by our own code."""
    body, at = json.dumps(told).encode(), str(int(time.time()))
    mac = hmac.new(KEY, f"{name}.{at}.".encode() + body, sha256).digest()
    return body, {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + b64encode(mac).decode(),
    }
