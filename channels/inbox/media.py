"""Files that come with messages: kept by their digest, or fetched from the provider afterwards."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels import secrets
from channels import services as channels
from channels.connectors.arriving import Media
from channels.connectors.base import Rejected, Retry, Trouble, reason
from channels.connectors.registry import NoSuchConnector
from channels.inbox import hooks, pictures
from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, Enclosure, Message
from channels.mail import blobs, sniffing

logger = logging.getLogger(__name__)
State = Enclosure.State

MOST_FILES = 50
MOST_ATTEMPTS = 6
FIRST_WAIT = timedelta(seconds=20)
# So long nobody else fetches the same file.
LEASE = timedelta(minutes=3)
TOO_LARGE, GAVE_UP, TOO_MANY = "too_large", "gave_up", "too_many"


def attach(message: Message, media: Iterable[Media]) -> list[Enclosure]:
    """One row per file. What has no bytes yet waits to be fetched; what is too much says so."""
    found = list(media)
    rows = [_row(message, one) for one in found[:MOST_FILES]]
    if len(found) > MOST_FILES:
        rows.append(Enclosure(message=message, name="…", state=State.LOST, reason=TOO_MANY))
    return Enclosure.objects.bulk_create(rows)


def due(most: int = 50) -> list[int]:
    """The files that are to be fetched now."""
    waiting = Enclosure.objects.filter(
        state=State.WAITING, due_at__lte=timezone.now(), message__channel__enabled=True
    )
    return list(waiting.order_by("due_at").values_list("pk", flat=True)[:most])


def fetch(pk: int) -> None:
    """Runs any number of times at once and fetches once; the line is open outside of any transaction."""
    mine = Enclosure.objects.filter(pk=pk, state=State.WAITING, due_at__lte=timezone.now())
    if not mine.update(due_at=timezone.now() + LEASE, attempts=F("attempts") + 1):
        return
    enclosure = Enclosure.objects.select_related("message__channel", "message__conversation").get(pk=pk)
    found = _fetched(enclosure)
    if isinstance(found, bytes):
        try:
            _settle(enclosure, **_kept(found))
        except blobs.TooLarge:
            _settle(enclosure, state=State.LOST, reason=TOO_LARGE)
    elif isinstance(found, Retry) and enclosure.attempts < MOST_ATTEMPTS:
        wait = max(FIRST_WAIT * 4 ** (enclosure.attempts - 1), timedelta(seconds=found.after))
        Enclosure.objects.filter(pk=pk).update(due_at=timezone.now() + wait, reason=found.reason[:200])
    else:
        words = found.reason or (GAVE_UP if isinstance(found, Retry) else found.code)
        _settle(enclosure, state=State.LOST, reason=words[:200])


def sweep_blobs() -> int:
    """Deletes stored files that no message has any more."""
    return blobs.sweep(
        lambda digests: set(Enclosure.objects.filter(digest__in=digests).values_list("digest", flat=True))
    )


def keep(media: Iterable[Media]) -> None:
    """Puts the bytes in their place before anything is locked: a disk takes its time the first time."""
    for one in list(media)[:MOST_FILES]:
        if one.data is not None and len(one.data) <= settings.ATTACHMENT_MAX_BYTES:
            blobs.keep(one.data)


def _row(message: Message, one: Media) -> Enclosure:
    row = Enclosure(
        message=message,
        name=sniffing.safe_name(one.name)[:160],
        media_type=one.content_type.replace("\x00", "")[:100],
        content_id=one.content_id.replace("\x00", "").strip("<>")[:255],
        reference=one.reference.replace("\x00", "")[:1000],
        state=State.WAITING if one.data is None else State.KEPT,
    )
    if one.data is None:
        if not one.reference or len(one.reference) > 1000:
            row.state, row.reason = State.LOST, "no_reference"
    elif len(one.data) > settings.ATTACHMENT_MAX_BYTES:
        row.state, row.size, row.reason = State.LOST, len(one.data), TOO_LARGE
    else:
        row.size, row.digest = len(one.data), blobs.keep(one.data)
        row.media_type = sniffing.media_type(one.data)
    return row


def _fetched(enclosure: Enclosure) -> bytes | Retry | Rejected:
    if pictures.is_one(enclosure.reference):
        return pictures.fetch(enclosure.reference)
    channel = enclosure.message.channel
    if channel is None:
        return Rejected("no_channel", permanent=True)
    media = Media(enclosure.name, reference=enclosure.reference, content_type=enclosure.media_type)
    try:
        connector, secret = channels.connector_of(channel), secrets.unseal(channel.secret)
    except (NoSuchConnector, secrets.Unreadable):
        return Retry(300, reason(Trouble.SETUP))
    try:
        return connector.fetch(media, channel.config, secret, settings.ATTACHMENT_MAX_BYTES)
    except Exception as error:
        logger.warning("File %s could not be fetched: %s", enclosure.pk, type(error).__name__)
        return Retry(60, reason(Trouble.INTERNAL, type(error).__name__))


def _kept(data: bytes) -> dict[str, object]:
    return {
        "state": State.KEPT,
        "digest": blobs.keep(data),
        "size": len(data),
        "media_type": sniffing.media_type(data),
        "reason": "",
    }


@transaction.atomic
def _settle(enclosure: Enclosure, **fields: object) -> None:
    message = enclosure.message
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    conversation = rows.get(pk=message.conversation_id)
    settled = Enclosure.objects.filter(pk=enclosure.pk, state=State.WAITING).update(**fields)
    if settled and not pictures.is_one(enclosure.reference):
        # Pages that show the message have something to add.
        hooks.tell(Change(conversation, What.CHANGED, message, data={"enclosure": enclosure.pk}))
