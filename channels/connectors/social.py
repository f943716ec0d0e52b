"""Posts on social networks: into the local sandbox, or by a signed call to a program that knows the network.

The call is JSON with `network`, `text`, `link`, `picture` and a key of ours, signed as Standard Webhooks has
it and with the same key as `Idempotency-Key`; the program answers 2xx with `{"id": …}` once it is published.
"""

import json
import re
import time
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels.connectors.base import (
    CannotRender,
    Caps,
    Config,
    Connector,
    ConnectorForm,
    Content,
    Envelope,
    Groups,
    Idempotency,
    OutOfService,
    Payload,
    Prepared,
    Secret,
    Session,
    Trouble,
    reason,
)
from channels.connectors.fields import Slots, clean
from channels.connectors.http import JSON, BadAddress, Call, Origin, split
from channels.connectors.registry import register
from channels.connectors.sandboxed import SandboxSession, here
from channels.webhooks import signing

NAME = re.compile(r"[A-Za-z0-9_.-]{1,60}")
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4}){4,40}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
NETWORKS = [
    ("weibo", _("Weibo")),
    ("xiaohongshu", _("Xiaohongshu")),
    ("douyin", _("Douyin")),
    ("wechat", _("WeChat Official Account")),
    ("linkedin", "LinkedIn"),
    ("facebook", "Facebook"),
    ("instagram", "Instagram"),
    ("x", "X"),
]


class SocialForm(ConnectorForm):
    groups: ClassVar[Groups] = ((_("Account"), (("network", "longest"),)),)

    network = forms.ChoiceField(label=_("Network"), choices=NETWORKS)
    longest = forms.IntegerField(label=_("Characters at most"), min_value=20, max_value=20_000, initial=2000)


class SignedForm(SocialForm):
    secret: ClassVar[tuple[str, ...]] = ("signing",)
    groups: ClassVar[Groups] = (*SocialForm.groups, (_("Where to"), (("url",), ("signing",))))

    url = forms.CharField(
        label=_("Address of the program"), max_length=500, help_text=_("An https address on the web.")
    )
    signing = forms.CharField(
        label=_("Secret of the signature"),
        required=False,
        max_length=200,
        help_text=_("As Standard Webhooks has it, beginning with whsec_."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_signing(self) -> str:
        given = str(self.cleaned_data["signing"])
        if given and not SECRET.fullmatch(given):
            raise ValidationError(_("A secret begins with whsec_ and goes on in base64."))
        return given

    def clean_url(self) -> str:
        try:
            split(self.cleaned_data["url"])
        except BadAddress:
            raise ValidationError(_("Nobody may be called under this address.")) from None
        return str(self.cleaned_data["url"])


class Post(Prepared):
    """The text, and in the fields of the envelope what goes with it."""

    def __init__(self, content: Content, network: str) -> None:
        self._text, self._network = Slots(clean(content.text)), network
        self.fields = frozenset(self._text.names)

    def render(self, envelope: Envelope) -> Payload:
        if not NAME.fullmatch(envelope.to):
            raise CannotRender("address")
        if not KEY.fullmatch(envelope.key):
            raise CannotRender("key")
        try:
            text = self._text.fill(envelope.fields, clean)
        except KeyError as missing:
            raise CannotRender(f"missing_{missing.args[0]}") from None
        given = {name: clean(envelope.fields.get(name, "")) for name in ("link", "picture")}
        said = {"to": envelope.to, "network": self._network, "text": text, "subject": text[:60], **given}
        return Payload(sender=self._network, to=envelope.to, data=json.dumps(said).encode())


class SocialConnector(Connector):
    kind = "social"
    caps = Caps(idempotency=Idempotency.KEY, key_lifetime=timedelta(hours=24), subject=False, html=False)

    def prepare(self, content: Content, config: Config) -> Post:
        return Post(content, str(config.get("network", "")))


@register
class SandboxSocial(SocialConnector):
    key = "sandbox_social"
    label = _("Sandbox (social network)")
    config_form = SocialForm

    def open(self, config: Config, secret: Secret) -> Session:
        return here()


@register
class SignedSocial(SocialConnector):
    """We cannot know whether the program honours the key, so an unknown end stays unknown."""

    key = "social_webhook"
    label = _("Social network by a signed call")
    config_form = SignedForm
    caps = Caps(subject=False, html=False)

    def open(self, config: Config, secret: Secret) -> Session:
        try:
            origin, path = split(str(config.get("url", "")))
        except BadAddress:
            return OutOfService(reason(Trouble.SETUP, "address"))
        if not SECRET.fullmatch(secret.get("signing", "")):
            return OutOfService(reason(Trouble.SETUP, "no secret"))
        return SignedSession(origin, path, secret["signing"])


class SignedSession(SandboxSession):
    def __init__(self, origin: Origin, path: str, secret: str) -> None:
        super().__init__(origin)
        self._path, self._secret = path, secret

    def call(self, payload: Payload, key: str) -> Call:
        signed = signing.headers(quote(key), int(time.time()), payload.data, [self._secret])
        return Call("POST", self._path, {**JSON, **signed, "Idempotency-Key": quote(key)}, payload.data)
