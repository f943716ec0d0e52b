"""Calls of programs that sign as Standard Webhooks says, and how they name people."""

from base64 import b64encode
from secrets import token_bytes
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors import reading
from channels.connectors.arriving import Handle, Party, Request
from channels.connectors.base import Caps, Config, ConnectorForm, Groups, Listener, Secret
from channels.connectors.crypto import standard_webhook

# By which a program may name somebody.
KINDS = {"email", "phone", "number", "card", "openid", "unionid", "wecom", "whatsapp", "visitor", "order"}
ABOUT = ("language", "city", "country", "company")


def new_secret() -> str:
    return "whsec_" + b64encode(token_bytes(32)).decode()


class SigningForm(ConnectorForm):
    secret = ("signing_secret",)
    groups: ClassVar[Groups] = ((_("Signature"), (("signing_secret",),)),)

    signing_secret = forms.CharField(
        label=_("Secret"),
        max_length=1000,
        required=False,
        initial=new_secret,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Give it to the program that calls: it is not shown again. While one secret replaces another, "
            "write both with a space between."
        ),
    )

    def clean_signing_secret(self) -> str:
        secrets = str(self.cleaned_data["signing_secret"]).split()
        if any(len(one) < 24 for one in secrets):
            raise forms.ValidationError(_("A secret has 24 letters at least."))
        if not secrets and "signing_secret" not in self.kept:
            raise forms.ValidationError(_("This field is required."))
        return " ".join(secrets)


class SignedListener(Listener):
    """What all those have in common that tell us things and are told nothing."""

    caps = Caps(subject=False, html=False, pushes=True, sends=False)
    config_form = SigningForm

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        return standard_webhook(request, secret.get("signing_secret", "").split())

    def key_of(self, request: Request, config: Config, secret: Secret) -> str:
        return reading.key("webhook", request.headers.get("webhook-id", "") or reading.digest(request.raw))


def party(found: Any) -> Party:
    """A person, best handle first: {"name", "email", "phone", "handles": [{"kind", "scope", "value"}], …}."""
    handles = [
        Handle(kind, value, reading.word(one, "scope")[:60], is_verified=one.get("verified") is True)
        for one in reading.each(found, "handles")
        if (kind := reading.word(one, "kind")) in KINDS and (value := reading.word(one, "value"))
    ]
    handles += [Handle(kind, value) for kind in ("phone", "email") if (value := reading.word(found, kind))]
    return Party(
        tuple(handles[:20]), reading.word(found, "name")[:200], reading.fields_of(found or {}, *ABOUT)
    )
