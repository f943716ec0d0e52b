"""SMS by any gateway that takes an HTTP request: which fields it wants is a matter of settings."""

from collections.abc import Iterable
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from channels.connectors import reading
from channels.connectors.arriving import (
    Delivered,
    Handle,
    Ignored,
    Inbound,
    Incoming,
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
    OutOfService,
    Payload,
    Rejected,
    Secret,
    Session,
    Trouble,
    Unknown,
    reason,
    without_addresses,
)
from channels.connectors.crypto import MISSING, UNSET, WRONG, hmac_sha256, same
from channels.connectors.http import (
    FORM,
    JSON,
    ApiSession,
    BadAddress,
    Call,
    Origin,
    Reply,
    form,
    sandbox,
    split,
    usual_verdict,
)
from channels.connectors.registry import register
from channels.connectors.texts import NUMBER, PlainText, ProviderForm, packed, secret_field

AS_JSON, AS_FORM = "json", "form"
BY_HMAC, BY_TOKEN = "hmac", "token"
KEY_MARK = "{key}"
FIELD = r"^[A-Za-z0-9_.-]{1,60}$"
HEADER = r"^[A-Za-z0-9-]{1,60}$"
STATES = {
    "sent": Delivered.SENT,
    "delivered": Delivered.DELIVERED,
    "delivrd": Delivered.DELIVERED,
    "failed": Delivered.FAILED,
    "undelivered": Delivered.FAILED,
    "undeliv": Delivered.FAILED,
    "rejected": Delivered.FAILED,
    "expired": Delivered.FAILED,
}


class GatewayForm(ProviderForm):
    secret = ("api_key", "signing_secret")
    groups = (
        (_("Gateway"), (("url", "method"), ("body", "number_form"), ("header", "api_key"), ("sandbox",))),
        (_("Fields we send"), (("to_field", "text_field"), ("key_field", "extra"))),
        (_("Its answer"), (("id_path", "ok_path"), ("ok_value",))),
        (
            _("Messages to us"),
            (
                ("proof", "proof_header"),
                ("signing_secret",),
                ("from_in", "text_in"),
                ("id_in", "status_in"),
            ),
        ),
    )

    url = forms.CharField(label=_("Address (URL)"), max_length=500, required=False)
    method = forms.ChoiceField(label=_("Method"), choices=[("POST", "POST"), ("PUT", "PUT"), ("GET", "GET")])
    body = forms.ChoiceField(label=_("Format"), choices=[(AS_JSON, "JSON"), (AS_FORM, _("Form fields"))])
    number_form = forms.ChoiceField(
        label=_("Numbers are written"),
        choices=[("plus", "+8613800138000"), ("digits", "8613800138000"), ("national", "13800138000")],
    )
    header = forms.RegexField(
        HEADER,
        label=_("Header of the key"),
        required=False,
        initial="Authorization",
        help_text=_("Empty: the key goes as a field, by {key} below."),
    )
    api_key = secret_field(_("Key"), help_text=_("With “Authorization” write “Bearer …” or “Basic …”."))
    to_field = forms.RegexField(FIELD, label=_("Recipient"), initial="to")
    text_field = forms.RegexField(FIELD, label=pgettext_lazy("message", "Text"), initial="text")
    key_field = forms.RegexField(
        FIELD, label=_("Our number of the message"), required=False, initial="reference"
    )
    extra = forms.CharField(
        label=_("Further fields"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One per line: name=value. {key} stands for the key above."),
    )
    id_path = forms.RegexField(
        FIELD, label=_("Where its number of the message is"), required=False, initial="id"
    )
    ok_path = forms.RegexField(FIELD, label=_("Where it says yes"), required=False)
    ok_value = forms.CharField(
        label=_("What a yes is"),
        required=False,
        max_length=60,
        help_text=_("Empty: every answer with status 200 to 202 is a yes."),
    )
    proof = forms.ChoiceField(
        label=_("How it proves who it is"),
        choices=[(BY_HMAC, _("HMAC-SHA256 of the body in a header")), (BY_TOKEN, _("A secret in a header"))],
    )
    proof_header = forms.RegexField(HEADER, label=_("Header"), initial="X-Signature")
    signing_secret = secret_field(_("Secret"), help_text=_("Without one nothing comes in."))
    from_in = forms.RegexField(FIELD, label=_("Sender"), initial="from")
    text_in = forms.RegexField(FIELD, label=pgettext_lazy("message", "Text"), initial="text")
    id_in = forms.RegexField(FIELD, label=_("Number of the message"), initial="id")
    status_in = forms.RegexField(
        FIELD, label=_("State of a message of ours"), required=False, initial="status"
    )

    invented = {"signing_secret": token_urlsafe}

    def needed(self) -> Iterable[str]:
        return ("url",)

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        if url:
            try:
                split(url)
            except BadAddress:
                raise forms.ValidationError(_("An address that begins with https is needed.")) from None
        return url

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        moved = values.get("url") != self.stored.get("url") or values.get("header") != self.stored.get(
            "header"
        )
        if "api_key" in self.kept and moved and not values.get("api_key") and not values.get("sandbox"):
            # A new address must not be sent the key of the old one.
            self.add_error("api_key", _("Please enter the key for this address."))
        return values


class GatewayText(PlainText):
    address = NUMBER
    longest = 1000

    def write(self, envelope: Envelope, text: str) -> Payload:
        config = self.config
        fields = _extra(str(config.get("extra", "")))
        fields[str(config.get("to_field") or "to")] = _number(envelope.to, str(config.get("number_form", "")))
        fields[str(config.get("text_field") or "text")] = text
        if name := str(config.get("key_field", "")):
            fields[name] = envelope.key
        return Payload("", envelope.to, packed(fields))


class GatewaySession(ApiSession):
    def __init__(self, origin: Origin, path: str, config: Config, key: str) -> None:
        super().__init__(origin)
        self.path, self.config, self.key = path, config, key

    def call(self, payload: Payload, key: str) -> Call:
        name = str(self.config.get("header", ""))
        headers = {name: self.key} if name and self.key else {}
        method = str(self.config.get("method") or "POST")
        if method != "GET" and self.config.get("body") != AS_FORM:
            return Call(method, self.path, {**JSON, **headers}, self._keyed(payload.data))
        fields = _fields(self._keyed(payload.data))
        if method == "GET":
            mark = "&" if "?" in self.path else "?"
            return Call("GET", f"{self.path}{mark}{urlencode(fields, errors='replace')}", headers)
        return Call(method, self.path, {**FORM, **headers}, form(fields))

    def verdict(self, reply: Reply) -> Outcome:
        found = reply.json()
        number = _said(found, str(self.config.get("id_path", "")))
        outcome = usual_verdict(reply, number)
        path, due = str(self.config.get("ok_path", "")), str(self.config.get("ok_value", ""))
        if not (isinstance(outcome, Accepted) and path and due):
            return outcome
        said = without_addresses(_said(found, path))
        if not said:
            return Unknown(reason(Trouble.PROTOCOL, str(reply.status)))
        if said == due:
            return outcome
        return Rejected(said[:40], permanent=False, reason=reason(Trouble.MESSAGE, said))

    def _keyed(self, data: bytes) -> bytes:
        """The key enters its fields only here: what is prepared is kept, and keys are not."""
        extra = _extra(str(self.config.get("extra", ""))).items()
        keyed = {name: value.replace(KEY_MARK, self.key) for name, value in extra if KEY_MARK in value}
        return packed({**_fields(data), **keyed}) if keyed else data


@register
class SmsGateway(Connector):
    key = "sms_http"
    label = _("SMS (any gateway over HTTP)")
    kind = "sms"
    handle = "phone"
    caps = Caps(subject=False, html=False, longest_text=GatewayText.longest, pushes=True)
    config_form = GatewayForm

    def prepare(self, content: Content, config: Config) -> GatewayText:
        return GatewayText(content, config)

    def open(self, config: Config, secret: Secret) -> Session:
        key = secret.get("api_key", "")
        if config.get("sandbox"):
            return GatewaySession(sandbox(self.key), "/messages", config, key)
        try:
            origin, path = split(str(config.get("url", "")))
        except BadAddress:
            return OutOfService(reason(Trouble.SETUP, "address"))
        return GatewaySession(origin, path, config, key)

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        known = secret.get("signing_secret", "")
        given = request.headers.get(str(config.get("proof_header") or "X-Signature").lower(), "")
        if not known:
            return UNSET
        if not given:
            return MISSING
        due = known if config.get("proof") == BY_TOKEN else hmac_sha256(known, request.raw)
        return "" if same(given.removeprefix("sha256="), due) else WRONG

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        found = reading.json_of(raw)
        said = found if isinstance(found, dict) else reading.form_of(raw)

        def told(name: str, usual: str) -> str:
            return _said(said, str(config.get(name, usual) or ""))

        number, state = told("id_in", "id"), told("status_in", "status").lower()
        number = " ".join(number.split())[: reading.LONGEST_WORD]
        text, sender = told("text_in", "text"), " ".join(told("from_in", "from").split())[:60]
        if number and state in STATES and not text:
            key = reading.key("status", number, state)
            return [Status(key, reading.moment(0), STATES[state], external_id=number)]
        key = reading.key("message", number or reading.digest(raw))
        if not sender or not text:
            return [Ignored(key, "not_understood")]
        party = Party((Handle("phone", sender, is_verified=True),))
        return [Incoming(key, reading.moment(0), party, text=text, external_id=number)]


def _fields(data: bytes) -> dict[str, str]:
    found = reading.json_of(data)
    return {name: str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _said(found: Any, path: str) -> str:
    """The text at a path with dots: data.0.id."""
    if isinstance(found, dict) and path in found:
        return reading.text(found, path)
    steps = [int(step) if step.isdecimal() and len(step) < 4 else step for step in path.split(".")]
    return reading.text(found, *steps)


def _extra(lines: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _number(number: str, written: str) -> str:
    if written == "digits":
        return number.removeprefix("+")
    if written == "national":
        return number.removeprefix("+86")
    return number
