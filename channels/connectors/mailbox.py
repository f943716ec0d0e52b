"""E-mail both ways: a mailbox that is read over IMAP, and the mail server through which it answers."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from channels.connectors import imap
from channels.connectors.arriving import Ignored, Inbound, Pulled
from channels.connectors.base import Caps, Config, ConnectorForm, Rejected, Retry, Secret, Session
from channels.connectors.email import Smtp, SmtpForm, is_local
from channels.connectors.registry import register
from channels.connectors.smtp import Security, Server, SmtpSession
from channels.mail import arriving, parsing

FOLDER = "INBOX"


class MailboxForm(SmtpForm):
    """The account is the same on both servers, as it is nearly everywhere."""

    groups = (
        (_("Sender"), (("from_name", "from_address"), ("reply_to", "replies"))),
        (_("Account"), (("user", "password"),)),
        (_("Fetching mail (IMAP)"), (("imap_host", "imap_port"), ("imap_security", "folder"), ("days",))),
        (_("Sending mail (SMTP)"), (("host", "port"), ("security", "timeout"))),
    )

    imap_host = forms.CharField(label=_("Mail server"), max_length=253)
    imap_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    imap_security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            (Security.TLS.value, _("TLS, usually port 993")),
            (Security.STARTTLS.value, _("STARTTLS, usually port 143")),
            (Security.NONE.value, _("None, only inside your own network")),
        ],
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, initial=FOLDER)
    days = forms.IntegerField(
        label=_("Days to look back"),
        min_value=0,
        max_value=365,
        initial=7,
        help_text=_("How old the mails may be that are fetched the first time."),
    )
    replies = forms.EmailField(
        label=_("Address for signed replies"),
        max_length=254,
        required=False,
        help_text=_(
            "Only if mail to name+anything@ arrives in this mailbox too: answers then find their "
            "conversation even where a mail program loses its thread."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].required = True

    def clean_imap_host(self) -> str:
        return self._host("imap_host")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("imap_security") == Security.NONE and not is_local(values.get("imap_host", "")):
            self.add_error("imap_security", _("A password needs an encrypted connection."))
        return values

    def _keeps_password(self, values: dict[str, Any]) -> bool:
        names = ("imap_host", "imap_port", "imap_security")
        return super()._keeps_password(values) and all(
            values.get(name) == self.stored.get(name) for name in names
        )


class MailboxSession(SmtpSession):
    """Sends; when checked, it looks at both servers."""

    def __init__(self, server: Server, account: imap.Account) -> None:
        super().__init__(server)
        self._account = account

    def _check(self, timeout: float) -> Retry | Rejected | None:
        if trouble := super()._check(timeout):
            return trouble
        words = imap.check(self._account)
        return Retry(60, words, channel_down=True) if words else None


@register
class Mailbox(Smtp):
    """A mailbox of your company: support@…"""

    key = "mailbox"
    label = _("E-mail (mailbox)")
    caps = Caps(batch=20, pulls=True, attachments=15 * 1024 * 1024)
    config_form: ClassVar[type[ConnectorForm]] = MailboxForm

    def open(self, config: Config, secret: Secret) -> Session:
        return MailboxSession(server_of(config, secret), account_of(config, secret))

    def pull(self, cursor: Mapping[str, Any], config: Config, secret: Secret) -> Pulled:
        return imap.pull(account_of(config, secret), cursor)

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        arrived_at, size, mail = imap.arrival(raw)
        if not mail and size:
            return (Ignored(arriving.digest_of(raw), "withheld"),)
        return arriving.parts_of(
            parsing.parse(mail),
            mail,
            arrived_at=arrived_at,
            ours=arriving.ours(config),
            troubles=("large",) if size > len(mail) else (),
        )


def server_of(config: Config, secret: Secret) -> Server:
    return Server(
        host=str(config.get("host", "")),
        port=int(config.get("port", 587)),
        security=Security(config.get("security", Security.STARTTLS)),
        user=str(config.get("user", "")),
        password=secret.get("password", ""),
        patience=float(config.get("timeout", 20)),
    )


def account_of(config: Config, secret: Secret) -> imap.Account:
    return imap.Account(
        host=str(config.get("imap_host", "")),
        port=int(config.get("imap_port", 993)),
        security=Security(config.get("imap_security", Security.TLS)),
        user=str(config.get("user", "")),
        password=secret.get("password", ""),
        folder=str(config.get("folder", "") or FOLDER),
        days=int(config.get("days", 7)),
        patience=float(config.get("timeout", 20)),
    )
