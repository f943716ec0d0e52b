"""E-mail through one of the services that send for others, and tell what became of it."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from anymail.exceptions import AnymailError
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType
from django import forms
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels.connectors import crypto, reading
from channels.connectors.arriving import Delivered, Ignored, Inbound, Request, Status
from channels.connectors.base import (
    Caps,
    Config,
    Connector,
    ConnectorForm,
    Content,
    OutOfService,
    Secret,
    Session,
    Trouble,
    reason,
    without_addresses,
)
from channels.connectors.email import SenderForm
from channels.connectors.esp import PROVIDERS, EspSession, EspTemplate, Provider, call_of
from channels.connectors.http import BadAddress, split
from channels.connectors.mime import Sender
from channels.connectors.registry import register
from channels.mail import arriving, parsing

STATES = {
    EventType.SENT: Delivered.SENT,
    EventType.DELIVERED: Delivered.DELIVERED,
    EventType.OPENED: Delivered.READ,
    EventType.BOUNCED: Delivered.BOUNCED,
    EventType.REJECTED: Delivered.FAILED,
    EventType.FAILED: Delivered.FAILED,
    EventType.COMPLAINED: Delivered.COMPLAINED,
}
# What anymail raises over news that are not what they should be.
UNREADABLE = (
    AnymailError,
    ImproperlyConfigured,  # with it a view says that these are the other one's news
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    LookupError,
    RecursionError,
    OverflowError,
)
LONGEST_AGE = 24 * 3600


class EspForm(SenderForm):
    secret = ("api_key", "webhook_secret")
    groups = (
        (_("Service"), (("provider", "api_url"), ("api_key", "webhook_secret"))),
        (_("Sender"), (("from_name", "from_address"), ("reply_to", "replies"))),
    )

    provider = forms.ChoiceField(
        label=_("Service"), choices=[(one.key, one.label) for one in PROVIDERS.values()]
    )
    api_url = forms.URLField(
        label=_("Address of its API"),
        required=False,
        assume_scheme="https",
        help_text=_("Empty means its usual one; Mailgun's European customers have another."),
    )
    api_key = forms.CharField(
        label=_("API key"),
        max_length=300,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    webhook_secret = forms.CharField(
        label=_("Secret of its calls"),
        max_length=300,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Its signing key; for Postmark the user:password you put into the address it calls."),
    )
    replies = forms.EmailField(
        label=_("Address for signed replies"),
        max_length=254,
        required=False,
        help_text=_("Only if the service hands us mail to name+anything@ of this address."),
    )

    def clean_api_url(self) -> str:
        url: str = self.cleaned_data["api_url"]
        if url:
            try:
                split(url)
            except BadAddress:
                raise forms.ValidationError(_("This address cannot be called from here.")) from None
        return url

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        same = all(values.get(name, "") == self.stored.get(name, "") for name in ("provider", "api_url"))
        if not values.get("api_key") and not (same and "api_key" in self.kept):
            self.add_error("api_key", _("Please enter the key for this service."))
        return values


@register
class Esp(Connector):
    key = "anymail"
    label = _("E-mail (service)")
    kind = "email"
    handle = "email"
    caps = Caps(pushes=True, attachments=15 * 1024 * 1024)
    config_form: ClassVar[type[ConnectorForm]] = EspForm

    def prepare(self, content: Content, config: Config) -> EspTemplate:
        name, address = str(config.get("from_name", "")), str(config.get("from_address", ""))
        sender = Sender(address, name, str(config.get("reply_to", "")))
        return EspTemplate(content, sender, provider_of(config), str(config.get("api_url", "")))

    def open(self, config: Config, secret: Secret) -> Session:
        provider = provider_of(config)
        url = str(config.get("api_url", "")) or provider.api_url
        try:
            origin, _path = split(url)
        except BadAddress:
            return OutOfService(reason(Trouble.SETUP))
        return EspSession(origin, provider, secret.get("api_key", ""), url)

    def verify(self, request: Request, config: Config, secret: Secret) -> str:
        if not (key := secret.get("webhook_secret", "")):
            return crypto.UNSET
        provider = provider_of(config)
        if why := provider.verify(provider, request, key):
            return why
        return crypto.STALE if _is_old(request.raw, provider) else ""

    def key_of(self, request: Request, config: Config, secret: Secret) -> str:
        """Mailgun signs a token and nothing else: with one token one call is taken, whatever it says."""
        token = _mailgun(request.raw).get("token", "") if provider_of(config).key == "mailgun" else ""
        return reading.key("mailgun", token) if token else reading.digest(request.raw)

    def parse(self, raw: bytes, config: Config, secret: Secret) -> Iterable[Inbound]:
        provider, key = provider_of(config), reading.digest(raw)
        trouble = "unreadable"
        for view in provider.news(secret.get("webhook_secret", "") or "none"):
            try:
                events = view.parse_events(call_of(raw))
                return [
                    one
                    for number, event in enumerate(events[:1000])
                    for one in _told(event, raw, f"{key}:{number}", config)
                ]
            except UNREADABLE as problem:
                trouble = f"unreadable: {type(problem).__name__}"
        return [Ignored(key, trouble)]


def provider_of(config: Config) -> Provider:
    return PROVIDERS.get(str(config.get("provider", "")), PROVIDERS["postmark"])


def _told(event: Any, raw: bytes, key: str, config: Config) -> Iterable[Inbound]:
    if isinstance(event, AnymailInboundEvent):
        return _mail(event, config)
    if isinstance(event, AnymailTrackingEvent):
        return [_status(event, key)]
    return [Ignored(key, "no_news")]


def _status(event: AnymailTrackingEvent, key: str) -> Inbound:
    state = STATES.get(event.event_type)
    if state is None:
        return Ignored(key, str(event.event_type or "unknown")[:60])
    said = " ".join(filter(None, (event.description, event.mta_response)))
    is_bad = state in (Delivered.BOUNCED, Delivered.FAILED)
    return Status(
        dedupe_key=reading.key("event", str(event.event_id)) if event.event_id else key,
        at=_moment(event.timestamp),
        state=state,
        external_id=str(event.message_id or "").strip("<>"),
        key=str((event.metadata or {}).get("key", ""))[:64],
        reason=without_addresses(said) if is_bad else "",
        is_permanent=state is Delivered.BOUNCED and event.reject_reason in ("bounced", "invalid"),
    )


def _mail(event: AnymailInboundEvent, config: Config) -> Iterable[Inbound]:
    """The mail in the form it had under way, read like any other: nothing of it is believed."""
    raw = _original(event)
    found = parsing.parse(raw)
    return arriving.parts_of(
        found,
        raw,
        arrived_at=_moment(event.timestamp),
        ours=arriving.ours(config),
        sent_to=str(event.message.envelope_recipient or ""),
    )


def _original(event: AnymailInboundEvent) -> bytes:
    """As it came, where the provider hands that over; else put together again from its parts."""
    said = event.esp_event
    if isinstance(said, dict):
        found = said.get("RawEmail") or (said.get("data") or {}).get("raw")
    else:
        found = said.POST.get("body-mime")
    if isinstance(found, str) and found:
        return found.encode("utf-8", "surrogateescape")
    return bytes(event.message.as_bytes())


def _moment(found: datetime | None) -> datetime:
    return found if found is not None and found.tzinfo is not None else timezone.now()


def _is_old(raw: bytes, provider: Provider) -> bool:
    """Mailgun's calls carry their time; those of a day ago are nobody's second try."""
    if provider.key != "mailgun":
        return False
    stamp = str(_mailgun(raw).get("timestamp", ""))
    return not stamp.isdecimal() or abs(timezone.now().timestamp() - int(stamp[:12])) > LONGEST_AGE


def _mailgun(raw: bytes) -> dict[str, str]:
    """The fields that Mailgun signs."""
    call = call_of(raw)
    if call.content_type != "application/json":
        return {name: str(call.POST.get(name, "")) for name in ("token", "timestamp")}
    try:
        found = json.loads(raw)["signature"]
        return {name: str(found[name]) for name in ("token", "timestamp")}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
