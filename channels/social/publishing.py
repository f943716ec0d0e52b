"""Publishes what is due. The row is the work: it is taken, said once, and its end written down.

A worker that dies leaves its row in `sending`. Where the account honours our key it is said again under the
same key; where it does not, nobody knows whether it was said, and the row ends as unknown instead of twice.
"""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels import services as channels
from channels.connectors.base import (
    Accepted,
    CannotRender,
    Content,
    Envelope,
    Idempotency,
    Outcome,
    Rejected,
    Retry,
    Unknown,
)
from channels.connectors.registry import NoSuchConnector
from channels.models import Channel
from channels.social import links
from channels.social.models import INTERRUPTED, TOO_LATE, Posting, SocialPost
from crm.lib.patience import insist

LEASE, SECONDS = timedelta(minutes=3), 30
MOST_ATTEMPTS = 6
# Later than this nobody wants it any more.
STALE = timedelta(hours=12)
State = Posting.State


def publish_due() -> int:
    """How many were tried."""
    number = 0
    while posting := _claim():
        if posting.state == State.SENDING:
            outcome = _say(posting)
            insist(partial(_end, posting, outcome), f"the outcome of posting {posting.pk}")
        number += 1
    return number


@transaction.atomic
def _claim() -> Posting | None:
    """The next that is due, as ours for a while; what somebody left half-way is judged first."""
    now = timezone.now()
    due = Posting.objects.filter(
        state__in=[State.PLANNED, State.SENDING], due_at__lte=now, channel__enabled=True
    ).exclude(lease_until__gt=now)
    # The post as well: everybody locks it before its parts, and whoever ends the last part ends the post.
    rows = due.select_for_update(skip_locked=True, of=("self", "post")).select_related("post", "channel")
    posting = rows.order_by("due_at", "pk").first()
    if posting is None:
        return None
    was_begun = posting.state == State.SENDING
    if was_begun and not _honours(posting.channel):
        posting.state, posting.reason = State.UNKNOWN, INTERRUPTED
    elif now - posting.post.at > STALE:
        posting.state, posting.reason = State.UNKNOWN if was_begun else State.FAILED, TOO_LATE
    else:
        posting.state, posting.lease_until = State.SENDING, now + LEASE
        posting.attempts += 1
    posting.save(update_fields=["state", "reason", "lease_until", "attempts"])
    _settle(posting.post_id)
    return posting


def _honours(channel: Channel) -> bool:
    try:
        return channels.connector_of(channel).caps.idempotency is Idempotency.KEY
    except NoSuchConnector:
        return False


def _say(posting: Posting) -> Outcome:
    network = str(posting.channel.config.get("network", "social"))
    fields = {"link": links.of(posting), "picture": posting.post.picture}
    envelope = Envelope(to=network, key=posting.key.hex, at=timezone.now(), fields=fields)
    # Braces are nothing to fill in here.
    text = posting.words.replace("{{", "{").replace("}}", "}")
    try:
        payload = channels.prepare(posting.channel, Content("", text)).render(envelope)
    except (CannotRender, NoSuchConnector) as problem:
        return Rejected("render", permanent=False, reason=str(problem)[:100])
    with channels.open_session(posting.channel) as session:
        return session.send(payload, posting.key.hex, SECONDS)


@transaction.atomic
def _end(posting: Posting, outcome: Outcome) -> None:
    # Two that end the last parts at once would each see the other's still under way.
    SocialPost.objects.select_for_update().get(pk=posting.post_id)
    # Whoever took us for dead wrote "unknown", and now it is known.
    mine = Posting.objects.filter(
        pk=posting.pk,
        state__in=[State.SENDING, State.UNKNOWN],
        lease_until=posting.lease_until,
        attempts=posting.attempts,
    )
    now = timezone.now()
    if isinstance(outcome, Accepted):
        mine.update(state=State.PUBLISHED, published_at=now, provider_id=outcome.provider_id[:200], reason="")
    elif isinstance(outcome, Rejected):
        mine.update(state=State.FAILED, reason=outcome.reason[:300] or outcome.code)
    elif isinstance(outcome, Retry):
        _later(posting, mine, outcome)
    elif isinstance(outcome, Unknown):
        _doubt(posting, mine, outcome)
    _settle(posting.post_id)


def _later(posting: Posting, mine: "QuerySet[Posting]", outcome: Retry) -> None:
    if posting.attempts >= MOST_ATTEMPTS:
        mine.update(state=State.FAILED, reason=outcome.reason[:300])
    else:
        wait = timezone.now() + timedelta(seconds=outcome.after * posting.attempts)
        mine.update(state=State.PLANNED, due_at=wait, lease_until=None, reason=outcome.reason[:300])


def _doubt(posting: Posting, mine: "QuerySet[Posting]", outcome: Unknown) -> None:
    """Said again only where the key makes it safe."""
    if _honours(posting.channel) and posting.attempts < MOST_ATTEMPTS:
        wait = timezone.now() + timedelta(seconds=30 * posting.attempts)
        mine.update(due_at=wait, lease_until=None, reason=outcome.reason[:300])
    else:
        mine.update(state=State.UNKNOWN, reason=outcome.reason[:300])


def _settle(post_id: int) -> None:
    """Once nothing is under way: published when all accounts have it, unknown when some may not."""
    states = set(Posting.objects.filter(post=post_id).values_list("state", flat=True))
    if states & {State.PLANNED, State.SENDING}:
        return
    whole = SocialPost.State.PUBLISHED
    if State.FAILED in states:
        whole = SocialPost.State.FAILED
    elif State.UNKNOWN in states:
        whole = SocialPost.State.UNKNOWN
    begun = [SocialPost.State.SCHEDULED, SocialPost.State.UNKNOWN]
    SocialPost.objects.filter(pk=post_id, state__in=begun).update(state=whole)
