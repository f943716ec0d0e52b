"""What the product does with its channels, whatever their connector."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from channels import secrets
from channels.connectors import registry
from channels.connectors.base import (
    Accepted,
    Caps,
    Connector,
    Content,
    Outcome,
    OutOfService,
    Prepared,
    Rejected,
    Retry,
    Session,
    Template,
    Trouble,
    reason,
)
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit

SANDBOX_CHANNELS = {"sandbox_smtp": "Sandbox SMTP", "sandbox_http": "Sandbox HTTP"}
CHECK_TIMEOUT = 10


def connector_of(channel: Channel) -> Connector:
    return registry.get(channel.connector)


def caps_of(channel: Channel) -> Caps:
    """A channel whose connector is gone sends nothing."""
    try:
        return connector_of(channel).caps
    except registry.NoSuchConnector:
        return Caps(sends=False)


def templates_of(channel: Channel) -> tuple[Template, ...]:
    """What its provider has approved."""
    try:
        return connector_of(channel).templates(channel.config)
    except registry.NoSuchConnector:
        return ()


def prepare(channel: Channel, content: Content) -> Prepared:
    """Does once per campaign what is the same for every recipient."""
    return connector_of(channel).prepare(content, channel.config)


def open_session(channel: Channel) -> Session:
    """A line to the channel's provider. Never raises: a channel that cannot work says so to each message."""
    try:
        return connector_of(channel).open(_with_callback(channel), secrets.unseal(channel.secret))
    except registry.NoSuchConnector:
        return OutOfService(reason(Trouble.SETUP, f"no connector {channel.connector}"))
    except secrets.Unreadable:
        return OutOfService(reason(Trouble.SETUP, "the stored password is unreadable"))
    except (TypeError, ValueError):
        return OutOfService(reason(Trouble.SETUP, "the stored settings are incomplete"))


def address(channel: Channel) -> str:
    """Where the channel's provider calls us."""
    return f"{settings.PUBLIC_URL}{reverse('in:call', args=[channel.token])}"


def _with_callback(channel: Channel) -> dict[str, Any]:
    """Some are told with each message where to say what became of it, if they can reach us."""
    is_reachable = settings.PUBLIC_URL.startswith("https://")
    return {**channel.config, "callback": address(channel)} if is_reachable else channel.config


def note_outcome(channel: Channel, outcome: Outcome) -> None:
    """Keeps the channel's health. Once per batch, with its last outcome, is enough."""
    row, now = Channel.objects.filter(pk=channel.pk), timezone.now()
    if isinstance(outcome, Accepted):
        row.update(last_sent_at=now)
    else:
        row.update(last_error_at=now, last_error=outcome.reason[:300])


def check(channel: Channel) -> Retry | Rejected | None:
    """Connects and signs in without sending anything. None: it works."""
    with open_session(channel) as session:
        trouble = session.check(CHECK_TIMEOUT)
    row = Channel.objects.filter(pk=channel.pk)
    if trouble is None:
        row.update(last_error_at=None, last_error="")
    else:
        row.update(last_error_at=timezone.now(), last_error=trouble.reason[:300])
    return trouble


@transaction.atomic
def save(channel: Channel, config: dict[str, Any], new_secret: dict[str, str], *, by: User) -> Channel:
    """Keeps a channel as its form describes it; without a new secret the stored one stays."""
    created = channel.pk is None
    channel.kind = connector_of(channel).kind
    channel.config = config
    if new_secret:
        channel.secret = secrets.seal({**_stored(channel), **new_secret})
    channel.last_error_at, channel.last_error = None, ""
    channel.save()
    what = {"connector": channel.connector, "secret_changed": bool(new_secret)}
    audit.record("channel.created" if created else "channel.changed", channel, by=by, **what)
    return channel


def _stored(channel: Channel) -> dict[str, str]:
    try:
        return secrets.unseal(channel.secret)
    except secrets.Unreadable:
        return {}


@transaction.atomic
def switch(channel: Channel, *, on: bool, by: User) -> None:
    """Off, nothing more leaves through it; what waits stays waiting."""
    if Channel.objects.filter(pk=channel.pk).exclude(enabled=on).update(enabled=on):
        audit.record("channel.enabled" if on else "channel.disabled", channel, by=by)


@transaction.atomic
def ensure_sandbox_channels() -> list[Channel]:
    """The two channels that end in the local sandbox, made where they are missing."""
    return [_sandbox_channel(key, name) for key, name in SANDBOX_CHANNELS.items()]


def _sandbox_channel(key: str, name: str) -> Channel:
    if found := Channel.objects.filter(connector=key).order_by("pk").first():
        return found
    taken = set(Channel.objects.filter(name__startswith=name).values_list("name", flat=True))
    names = [name, *(f"{name} {number}" for number in range(2, len(taken) + 3))]
    return Channel.objects.create(
        connector=key,
        kind=registry.get(key).kind,
        name=next(one for one in names if one not in taken),
        config={"from_name": settings.COMPANY_NAME, "from_address": "news@example.com"},
    )
