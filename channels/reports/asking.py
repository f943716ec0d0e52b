"""Asking for a rating by itself, some time after a conversation was closed: one customer, one conversation,
one message. Quiet hours are those of every single message.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.consent.models import Purpose
from channels.direct import services as direct
from channels.inbox import hooks, reaching
from channels.inbox.hooks import Change, What
from channels.inbox.locking import hold
from channels.inbox.models import Conversation, Message
from channels.inbox.reaching import Way
from channels.mail import loops
from channels.reports import rating
from channels.reports.models import Asking, AskingRule, Rating
from crm.lib.errors import Refused

Outcome, Reason = Asking.Outcome, Conversation.Reason
MOST_AT_ONCE = 200
# What a stopped system could not ask in time is forgotten rather than asked weeks later.
PATIENCE = timedelta(days=3)
NEVER = (Reason.SPAM, Reason.DUPLICATE)


def sweep() -> int:
    asked = 0
    for rule in AskingRule.objects.select_related("channel").filter(channel__enabled=True):
        for found in due(rule)[:MOST_AT_ONCE]:
            asked += ask(found, rule)
    return asked


def due(rule: AskingRule) -> QuerySet[Conversation]:
    """What was closed long enough ago and nothing was decided about. Facts know the day without a scan."""
    until = timezone.now() - timedelta(hours=rule.hours)
    since = max(rule.since, until - PATIENCE)
    rows = Conversation.objects.filter(
        fact__closed_on__gte=timezone.localdate(since),
        channel=rule.channel_id,
        status=Conversation.Status.CLOSED,
        closed_at__range=(since, until),
        merged_into=None,
        is_unsure=False,
        first_reply_at__isnull=False,
        asking=None,
        rating=None,
    )
    return rows.exclude(closed_because__in=NEVER).select_related("customer", "channel").order_by("closed_at")


@transaction.atomic
def ask(conversation: Conversation, rule: AskingRule) -> bool:
    """Runs any number of times at once and asks once: the decision is a row of its own, made under the
    customer's lock together with the message."""
    held = hold(conversation)
    if not due(rule).filter(pk=held.pk).exists():
        return False
    outcome = _outcome(held, rule)
    Asking.objects.create(conversation=held, outcome=outcome)
    return outcome == Outcome.ASKED


def _outcome(held: Conversation, rule: AskingRule) -> str:
    lately = timezone.now() - timedelta(days=rule.days)
    if Rating.objects.filter(conversation__customer=held.customer_id, asked_at__gt=lately).exists():
        return Outcome.LATELY
    try:
        way = reaching.way(held, rule.channel)
    except Refused:
        return Outcome.REFUSED
    if way.is_closed:
        return Outcome.CLOSED
    if not way.is_open:
        return Outcome.REFUSED
    if loops.claim(way.to, f"rating:{held.pk}"):
        return Outcome.MACHINE
    return _sent(held, way)


def _sent(held: Conversation, way: Way) -> str:
    subject, text = reaching.subject_of(held, way.channel), rating.words(held)
    try:
        delivery = direct.write(
            held.customer,
            way.channel,
            purpose=Purpose.SERVICE,
            subject=subject,
            body=text,
            by=None,
            thread=reaching.thread(held, way, is_answer=False),
            is_automatic=True,
        )
    except Refused:
        return Outcome.REFUSED
    message = Message.objects.create(
        conversation=held,
        direction=Message.Direction.OUT,
        channel=way.channel,
        address=way.to,
        subject=subject,
        text=text,
        delivery=delivery,
        is_automatic=True,
        kind="reports.rating",
    )
    rating.ask(held)
    hooks.tell(Change(held, What.REPLIED, message))
    return Outcome.ASKED
