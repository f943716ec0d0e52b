"""E-mail through a mail server."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors.arriving import Inbound
from channels.connectors.base import (
    Caps,
    Config,
    Connector,
    ConnectorForm,
    Content,
    Groups,
    Secret,
    Session,
)
from channels.connectors.mime import EmailTemplate, Sender, usable_address
from channels.connectors.registry import register
from channels.connectors.smtp import Security, Server, SmtpSession
from channels.mail import arriving, parsing
from channels.sandbox import location

ASCII_ONLY = _("Only letters without accents, digits and common signs are possible here.")


SENDER_GROUP = (_("Sender"), (("from_name", "from_address"), ("reply_to",)))


class SenderForm(ConnectorForm):
    """Who the mail comes from."""

    groups: ClassVar[Groups] = (SENDER_GROUP,)

    from_name = forms.CharField(label=_("Sender's name"), max_length=100, required=False)
    from_address = forms.EmailField(label=_("Sender's address"), max_length=254)
    reply_to = forms.EmailField(
        label=_("Replies go to"),
        max_length=254,
        required=False,
        help_text=_("Empty means to the sender's address."),
    )

    def clean_from_address(self) -> str:
        return usable_address(self.cleaned_data["from_address"])

    def clean_reply_to(self) -> str:
        return usable_address(self.cleaned_data["reply_to"])


class SmtpForm(SenderForm):
    secret = ("password",)
    groups: ClassVar[Groups] = (
        SENDER_GROUP,
        (_("Server"), (("host", "port"), ("security", "timeout"), ("user", "password"))),
    )

    host = forms.CharField(label=_("Mail server"), max_length=253)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            (Security.STARTTLS.value, _("STARTTLS, usually port 587")),
            (Security.TLS.value, _("TLS, usually port 465")),
            (Security.NONE.value, _("None, only inside your own network")),
        ],
    )
    user = forms.CharField(label=_("User name"), max_length=200, required=False)
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    timeout = forms.IntegerField(label=_("Seconds to wait"), min_value=2, max_value=60, initial=20)

    def clean_host(self) -> str:
        return self._host("host")

    def _host(self, name: str) -> str:
        host: str = self.cleaned_data[name].strip().rstrip(".")
        try:
            return host.encode("idna").decode()
        except UnicodeError:
            raise forms.ValidationError(_("This is not the name of a server.")) from None

    def clean_user(self) -> str:
        return _ascii(self.cleaned_data["user"])

    def clean_password(self) -> str:
        return _ascii(self.cleaned_data["password"])

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("user"):
            return values
        if values.get("security") == Security.NONE and not is_local(values.get("host", "")):
            self.add_error("security", _("A password needs an encrypted connection."))
        if not values.get("password") and not self._keeps_password(values):
            self.add_error("password", _("Please enter the password for this server and user."))
        return values

    def _keeps_password(self, values: dict[str, Any]) -> bool:
        """Only for the server and user it was given for: else a new host would be sent the old password."""
        same = all(values.get(name) == self.stored.get(name) for name in ("host", "port", "user", "security"))
        return self.has_secret and same


@register
class Smtp(Connector):
    """Any mail server: your company's, or the SMTP side of a sending service."""

    key = "smtp"
    label = _("E-mail (SMTP)")
    kind = "email"
    handle = "email"
    # SMTP remembers no keys, so a crash leaves up to so many unknown; messages are small and quick.
    caps = Caps(batch=20, attachments=15 * 1024 * 1024)
    config_form: ClassVar[type[ConnectorForm]] = SmtpForm

    def prepare(self, content: Content, config: Config) -> EmailTemplate:
        name, address = str(config.get("from_name", "")), str(config.get("from_address", ""))
        return EmailTemplate(content, Sender(address, name, str(config.get("reply_to", ""))))

    def open(self, config: Config, secret: Secret) -> Session:
        return SmtpSession(
            Server(
                host=str(config.get("host", "")),
                port=int(config.get("port", 587)),
                security=Security(config.get("security", Security.STARTTLS)),
                user=str(config.get("user", "")),
                password=secret.get("password", ""),
                patience=float(config.get("timeout", 20)),
            )
        )


@register
class SandboxSmtp(Smtp):
    """The mail server of the local sandbox, wherever it listens at the moment."""

    key = "sandbox_smtp"
    label = _("Sandbox (SMTP)")
    config_form = SenderForm

    def open(self, config: Config, secret: Secret) -> Session:
        return SmtpSession(Server(location.HOST, location.current().smtp_port))

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        """What played customers write: mails as they come over a wire."""
        return arriving.parts_of(parsing.parse(raw), raw, ours=arriving.ours(config))


def _ascii(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise forms.ValidationError(ASCII_ONLY)
    return text


def is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
