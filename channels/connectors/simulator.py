"""The HTTP side of the local sandbox: behaves like a sending service that honours idempotency keys."""

import json
from datetime import timedelta
from html import escape

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors.base import (
    CannotRender,
    Caps,
    Config,
    Connector,
    ConnectorForm,
    Content,
    Envelope,
    Idempotency,
    Payload,
    Prepared,
    Secret,
    Session,
)
from channels.connectors.fields import Slots, clean, one_line
from channels.connectors.mime import ascii_address, usable_address
from channels.connectors.registry import register
from channels.connectors.sandboxed import here


class SimulatorForm(ConnectorForm):
    groups = ((_("Sender"), (("from_name", "from_address"),)),)

    from_name = forms.CharField(label=_("Sender's name"), max_length=100, required=False)
    from_address = forms.EmailField(label=_("Sender's address"), max_length=254)

    def clean_from_address(self) -> str:
        return usable_address(self.cleaned_data["from_address"])


class JsonTemplate(Prepared):
    """A message as one JSON object."""

    def __init__(self, content: Content, from_name: str, from_address: str) -> None:
        self._subject = Slots(one_line(content.subject))
        self._text, self._html = Slots(clean(content.text)), Slots(clean(content.html))
        self._from_name, self._from = one_line(from_name), ascii_address(from_address)
        self.fields = frozenset(self._subject.names | self._text.names | self._html.names)

    def render(self, envelope: Envelope) -> Payload:
        to = ascii_address(envelope.to)
        fields = {name: clean(value) for name, value in envelope.fields.items()}
        try:
            message = {
                "from": self._from,
                "from_name": self._from_name,
                "to": to,
                "to_name": one_line(envelope.to_name),
                "subject": self._subject.fill(envelope.fields, one_line).strip(),
                "text": self._text.fill(fields, str),
                "html": self._html.fill(fields, escape),
                "unsubscribe_url": envelope.unsubscribe_url,
            }
        except KeyError as missing:
            raise CannotRender(f"missing_{missing.args[0]}") from None
        return Payload(sender=self._from, to=to, data=json.dumps(message).encode())


@register
class SandboxHttp(Connector):
    """The sending service of the local sandbox, wherever it listens at the moment."""

    key = "sandbox_http"
    label = _("Sandbox (HTTP)")
    kind = "email"
    handle = "email"
    caps = Caps(idempotency=Idempotency.KEY, key_lifetime=timedelta(hours=24), batch=20)
    config_form = SimulatorForm

    def prepare(self, content: Content, config: Config) -> JsonTemplate:
        return JsonTemplate(content, str(config.get("from_name", "")), str(config.get("from_address", "")))

    def open(self, config: Config, secret: Secret) -> Session:
        return here()
