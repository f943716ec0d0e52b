"""Pictures of other hosts in a mail: fetched by us when a colleague asks, shown from what we keep.

They are enclosures like all others, fetched with the same patience; the reader's browser asks nobody, and the
other host learns neither who reads nor from where.
"""

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from ssl import SSLContext

from django.db import transaction

from channels.connectors.base import Rejected
from channels.inbox.models import Enclosure, EnclosureQuerySet, Message, TrustedSender
from channels.mail import blobs, frames, sniffing
from channels.mail.loops import digest_of
from crm.accounts.models import User
from crm.lib import fetching

State = Enclosure.State

MARK = "picture:"
MOST, MOST_BYTES = 40, 12 * 1024 * 1024
SECONDS = 15.0


@dataclass(frozen=True)
class Shown:
    """How the pictures of one mail stand, for one reader."""

    held: int
    waiting: int
    missing: int
    is_asked: bool
    is_trusted: bool


def state(message: Message, user: User) -> Shown:
    states = list(_rows(message).values_list("state", flat=True))
    return Shown(
        held=len(addresses(message)),
        waiting=states.count(State.WAITING),
        missing=states.count(State.LOST),
        is_asked=bool(states),
        is_trusted=trusts(user, message),
    )


@transaction.atomic
def ask(message: Message) -> list[int]:
    """Writes down what is to be fetched; asked again, it changes nothing. Returns what waits."""
    Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if not _rows(message).exists():
        Enclosure.objects.bulk_create(_row(message, url) for url in addresses(message))
    return list(_rows(message).filter(state=State.WAITING).values_list("pk", flat=True))


def addresses(message: Message) -> list[str]:
    """Plain addresses are asked over an encrypted line, or not at all."""
    found = frames.remote_pictures(message.html)[:MOST]
    return [one for one in found if len(one) + len(MARK) < 1000]


def fetch(
    reference: str, *, resolve: fetching.Resolve = fetching.resolve, context: SSLContext | None = None
) -> bytes | Rejected:
    """The picture behind an address, if it is one and not large. Never raises."""
    url, into = reference.removeprefix(MARK), BytesIO()
    secure = f"https:{url[5:]}" if url[:5].lower() == "http:" else url
    try:
        fetching.fetch(
            secure, into, most_bytes=frames.LARGEST_PICTURE, seconds=SECONDS, resolve=resolve, context=context
        )
    except fetching.CannotFetch as problem:
        return Rejected(problem.code, permanent=True)
    data = into.getvalue()
    return data if sniffing.is_showable(data) else Rejected("no_picture", permanent=True)


def shown(message: Message) -> dict[str, str]:
    """By their own address: the pictures we have, as addresses that need no request."""
    left, found = MOST_BYTES, {}
    for one in _rows(message).filter(state=State.KEPT).order_by("pk")[:MOST]:
        left -= one.size
        if left < 0:
            break
        with suppress(FileNotFoundError):
            found[one.reference.removeprefix(MARK)] = frames.picture(blobs.read(one.digest))
    return found


def trusts(user: User, message: Message) -> bool:
    return TrustedSender.objects.filter(user=user, digest=digest_of(message.address)).exists()


def trust(user: User, message: Message, *, is_on: bool) -> None:
    digest = digest_of(message.address)
    if is_on:
        TrustedSender.objects.get_or_create(user=user, digest=digest)
    else:
        TrustedSender.objects.filter(user=user, digest=digest).delete()


def is_one(reference: str) -> bool:
    return reference.startswith(MARK)


def _rows(message: Message) -> EnclosureQuerySet:
    return Enclosure.objects.filter(message=message, reference__startswith=MARK)


def _row(message: Message, url: str) -> Enclosure:
    # Named by what stands in the mail: it is a part of the text, no file of its own.
    number = sha256(url.encode("utf-8", "replace")).hexdigest()
    return Enclosure(
        message=message, name="picture", content_id=number, reference=MARK + url, state=State.WAITING
    )
