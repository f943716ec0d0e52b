"""Which conversation a message belongs to: the one it was addressed to, the one it answers, else the
customer's own. An address or an answer alone lets nobody into what others say to us: the sender must have
been part of it, or what they say begins beside it, linked.
"""

from uuid import UUID

from django.db.models.functions import Lower
from django.utils import timezone

from channels.connectors.arriving import Incoming
from channels.connectors.marks import key_in, token_in
from channels.inbox import parties
from channels.inbox.models import Conversation, Message, Reference
from channels.inbox.parties import Met
from channels.inbox.receiving import (
    FINAL,
    MOST_REFERENCES,
    REOPENS_FOR,
    begin,
    digest_of,
    language_of,
    open_of,
    reopen,
)
from channels.models import Channel
from customers.models import Customer

Status = Conversation.Status
MOST_STEPS = 10
MOST_MATCHES = 200


def place_for(incoming: Incoming, channel: Channel) -> Conversation:
    """The conversation, locked; its customer is found or made on the way. Raises parties.Nobody."""
    named = _named(incoming)
    if named is not None and _takes_part(incoming, named):
        met = _known_there(named, incoming, channel)
    else:
        met = parties.meet(incoming.party, channel)
    if named is not None and named.customer_id == met.customer.pk and (found := _usable(named, incoming)):
        return found
    if met.is_unsure:
        return _unsure(met.customer, incoming, channel, named)
    if incoming.is_automatic:
        return _aside(met.customer, incoming, channel)
    found = open_of(
        met.customer,
        channel,
        subject=incoming.subject,
        at=incoming.at,
        language=language_of(incoming),
    )
    if named is not None and named.pk != found.pk and found.last_in_at is None and not found.split_from_id:
        found.split_from = named
        found.save(update_fields=["split_from"])
    return found


def _known_there(named: Conversation, incoming: Incoming, channel: Channel) -> Met:
    """Whoever shares their address with others has just said which of them they are."""
    rows = Customer.objects.present().select_for_update(of=("self",), no_key=True)
    customer = rows.filter(pk=named.customer_id).first()
    if customer is None:
        return parties.meet(incoming.party, channel)
    if not named.is_unsure:
        parties.remember(customer, incoming.party, channel)
    return Met(customer)


def _named(incoming: Incoming) -> Conversation | None:
    """The conversation that a signed address or an earlier message names."""
    token = token_in(incoming.token) if "@" in incoming.token else incoming.token
    found = _by_token(token) if token else None
    return _followed(found or _by_references(incoming))


def _by_token(token: str) -> Conversation | None:
    try:
        return Conversation.objects.filter(token=UUID(token)).first()
    except ValueError:
        return None


def _by_references(incoming: Incoming) -> Conversation | None:
    """By the nearest message it follows that we know."""
    follows = [one for one in incoming.follows[:MOST_REFERENCES] if one]
    if not follows:
        return None
    digests = [digest_of(one) for one in follows]
    known = Reference.objects.filter(digest__in=digests).order_by("-message")[:MOST_MATCHES]
    matches: dict[int, int] = {}
    for digest, conversation in known.values_list("digest", "message__conversation"):
        matches.setdefault(digest, conversation)
    for one, digest in zip(follows, digests, strict=True):
        if digest in matches:
            return Conversation.objects.get(pk=matches[digest])
        key = key_in(one)
        if len(key) == 32 and (ours := Conversation.objects.filter(messages__delivery__key=key).first()):
            return ours
    return None


def _followed(conversation: Conversation | None) -> Conversation | None:
    """What it became part of."""
    for _step in range(MOST_STEPS):
        if conversation is None or conversation.merged_into_id is None:
            break
        conversation = Conversation.objects.get(pk=conversation.merged_into_id)
    return conversation


def _takes_part(incoming: Incoming, conversation: Conversation) -> bool:
    """Whether this very handle was written from or to in the conversation, or in what it became part of."""
    values = [one.value.lower() for one in parties.handles_of(incoming.party)[:1]]
    said = Message.objects.filter(conversation=conversation)
    return said.annotate(handle=Lower("address")).filter(handle__in=values).exists()


def _usable(named: Conversation, incoming: Incoming) -> Conversation | None:
    """The named conversation if it is open, or may be opened again for this message."""
    found = Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=named.pk)
    if found.status != Status.CLOSED or incoming.is_automatic:
        return found
    is_lately = found.closed_at is not None and found.closed_at > timezone.now() - REOPENS_FOR
    if not is_lately or found.closed_because in FINAL:
        return None
    mains = Conversation.objects.open().filter(customer=found.customer_id, is_main=True)
    if found.is_main and mains.exists():
        return None
    reopen(found)
    return found


def _unsure(
    customer: Customer, incoming: Incoming, channel: Channel, named: Conversation | None
) -> Conversation:
    """Beside what the customer says elsewhere, until somebody knows that it is them."""
    address = parties.handles_of(incoming.party)[0].value
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    open_ones = rows.open().filter(customer=customer, is_unsure=True, channel__kind=channel.kind)
    for one in open_ones.order_by("-pk")[:MOST_STEPS]:
        if Message.objects.filter(conversation=one, address__iexact=address).exists():
            return one
    closed = {} if not incoming.is_automatic else _closed(incoming)
    return begin(
        customer,
        channel,
        subject=incoming.subject,
        at=incoming.at,
        language=language_of(incoming),
        is_main=False,
        is_unsure=True,
        split_from=named,
        **closed,
    )


def _aside(customer: Customer, incoming: Incoming, channel: Channel) -> Conversation:
    """Automatic mail joins what is open, or lies with what was said last; it opens nothing."""
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True).filter(customer=customer)
    mains = rows.filter(is_main=True)
    if found := mains.open().first() or mains.order_by("-last_at", "-pk").first():
        return found
    return begin(
        customer,
        channel,
        subject=incoming.subject,
        at=incoming.at,
        language=language_of(incoming),
        **_closed(incoming),
    )


def _closed(incoming: Incoming) -> dict[str, object]:
    return {
        "status": Status.CLOSED,
        "closed_at": min(incoming.at, timezone.now()),
        "closed_because": Conversation.Reason.OTHER,
    }
