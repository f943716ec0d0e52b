"""How a channel is doing, for its card."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import BigIntegerField, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from channels.campaigns.models import Tally, Way
from channels.connectors import registry
from channels.connectors.base import Caps, Trouble
from channels.direct import costs
from channels.direct.costs import Spent
from channels.inbound.counting import Arrivals, arrivals
from channels.models import Channel

# What a provider says about one message or one recipient is no trouble of the channel.
PASSING = {Trouble.RECIPIENT, Trouble.MESSAGE, Trouble.WINDOW, Trouble.BUSY, Trouble.UNSIGNED}
COUNTED = (Tally.What.ACCEPTED, Tally.What.FAILED, Tally.What.UNKNOWN)


@dataclass(frozen=True)
class Card:
    channel: Channel
    connector: str | Promise
    sender: str
    is_editable: bool
    tone: str
    state: str
    trouble: str
    words: str
    sent: int
    failed: int
    unknown: int
    # What arrives; nothing where nothing can.
    arrivals: Arrivals | None = None
    # On single messages of late; nothing where they cost nothing.
    spent: Spent | None = None


def cards(channels: Iterable[Channel]) -> list[Card]:
    found = list(channels)
    over = Way.objects.filter(campaign=OuterRef("campaign"), place=OuterRef("way"))
    known = Coalesce(
        Subquery(over.values("channel")[:1]), F("campaign__channel"), output_field=BigIntegerField()
    )
    sums = (
        Tally.objects.filter(what__in=COUNTED)
        .annotate(channel=known)
        .filter(channel__in=[one.pk for one in found])
        .values_list("channel", "what")
        .annotate(total=Sum("count"))
    )
    counts = {(channel, what): total for channel, what, total in sums}
    arrived = arrivals([one.pk for one in found])
    spent = costs.lately([one.pk for one in found if one.cost])
    return [replace(_card(one, counts, arrived[one.pk]), spent=spent.get(one.pk)) for one in found]


def _card(channel: Channel, counts: dict[tuple[int, str], int], arrived: Arrivals) -> Card:
    label, is_known = connector_label(channel)
    code, _colon, words = channel.last_error.partition(": ")
    trouble = Trouble(code) if code in Trouble.values else None
    tone, state = _state(channel, trouble, is_known=is_known)
    return Card(
        channel=channel,
        connector=label,
        sender=str(channel.config.get("from_address", "")),
        is_editable=is_known,
        tone=tone,
        state=state,
        trouble=str(trouble.label) if trouble else "",
        words=words,
        sent=counts.get((channel.pk, Tally.What.ACCEPTED), 0),
        failed=counts.get((channel.pk, Tally.What.FAILED), 0),
        unknown=counts.get((channel.pk, Tally.What.UNKNOWN), 0),
        arrivals=arrived if _listens(channel) or arrived.since or arrived.parked else None,
    )


def _listens(channel: Channel) -> bool:
    """Whether anything can arrive there: by call, by asking, or from pages of our own."""
    try:
        caps: Caps = registry.get(channel.connector).caps
    except registry.NoSuchConnector:
        return False
    return caps.pushes or caps.pulls or channel.last_received_at is not None


def connector_label(channel: Channel) -> tuple[str | Promise, bool]:
    """Its name, and whether this installation has it."""
    try:
        return registry.get(channel.connector).label, True
    except registry.NoSuchConnector:
        return channel.connector, False


def _state(channel: Channel, trouble: Trouble | None, *, is_known: bool) -> tuple[str, str]:
    if not channel.enabled:
        return "", pgettext("channel", "Switched off")
    if not is_known:
        return "bad", pgettext("channel", "Connector missing")
    failed_last = channel.last_error_at and (
        channel.last_sent_at is None or channel.last_error_at > channel.last_sent_at
    )
    if failed_last and trouble not in PASSING:
        return "bad", pgettext("channel", "In trouble")
    if channel.last_sent_at is None:
        return "6", pgettext("channel", "Not used yet")
    return "ok", _("Working")
