"""What the product does with its channels, whatever their connector."""

from django.utils import timezone

from channels import secrets
from channels.connectors import registry
from channels.connectors.base import (
    Accepted,
    Connector,
    Content,
    Outcome,
    OutOfService,
    Prepared,
    Session,
    Trouble,
    reason,
)
from channels.models import Channel

SANDBOX_CHANNELS = {"sandbox_smtp": "Sandbox SMTP", "sandbox_http": "Sandbox HTTP"}


def connector_of(channel: Channel) -> Connector:
    return registry.get(channel.connector)


def prepare(channel: Channel, content: Content) -> Prepared:
    """Does once per campaign what is the same for every recipient."""
    return connector_of(channel).prepare(content, channel.config)


def open_session(channel: Channel) -> Session:
    """A line to the channel's provider. Never raises: a channel that cannot work says so to each message."""
    try:
        return connector_of(channel).open(channel.config, secrets.unseal(channel.secret))
    except registry.NoSuchConnector:
        return OutOfService(reason(Trouble.SETUP, f"no connector {channel.connector}"))
    except secrets.Unreadable:
        return OutOfService(reason(Trouble.SETUP, "the stored password is unreadable"))


def note_outcome(channel: Channel, outcome: Outcome) -> None:
    """Keeps the channel's health. Once per batch, with its last outcome, is enough."""
    row, now = Channel.objects.filter(pk=channel.pk), timezone.now()
    if isinstance(outcome, Accepted):
        row.update(last_sent_at=now)
        return
    row.update(last_error_at=now, last_error=outcome.reason[:300])


def ensure_sandbox_channels() -> list[Channel]:
    """The two channels that end in the local sandbox, made where they are missing."""
    return [
        Channel.objects.get_or_create(
            connector=key,
            defaults={
                "name": name,
                "kind": registry.get(key).kind,
                "config": {"from_name": "", "from_address": "news@example.com"},
            },
        )[0]
        for key, name in SANDBOX_CHANNELS.items()
    ]
