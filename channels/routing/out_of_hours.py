"""One automatic answer outside opening hours: when we are back, in the customer's language."""

from django.utils import timezone

from channels.consent.models import Purpose
from channels.direct import services as direct
from channels.inbox import hooks, reaching
from channels.inbox.hooks import Change, What
from channels.inbox.models import Conversation, Message
from channels.inbox.reaching import Way
from channels.mail import loops
from channels.routing.models import Department
from channels.standards import hours
from crm.lib.errors import Refused


def answer(conversation: Conversation) -> Message | None:
    """For a conversation that the caller holds, in which the customer just spoke. The guard against loops
    lets one through in 24 hours for each conversation, and none to machines."""
    department = _closed_department(conversation)
    way = _way(conversation) if department else None
    if department is None or way is None:
        return None
    if loops.claim(way.to, f"conversation:{conversation.pk}"):
        return None
    try:
        return _send(conversation, way, words(department, conversation.language))
    except Refused:
        return None


def words(department: Department, language: str) -> str:
    chinese, english = department.answer_zh, department.answer_en
    return (english or chinese) if language.startswith("en") else (chinese or english)


def _closed_department(conversation: Conversation) -> Department | None:
    rows = Department.objects.filter(team=conversation.team_id, answers=True).select_related("calendar")
    found: Department | None = rows.first() if conversation.team_id else None
    if found is None or found.calendar is None or hours.is_open(found.calendar.hours(), timezone.now()):
        return None
    return found


def _way(conversation: Conversation) -> Way | None:
    if conversation.channel is None:
        return None
    try:
        way = reaching.way(conversation, conversation.channel)
    except Refused:
        return None
    return way if way.is_open and not way.is_closed else None


def _send(conversation: Conversation, way: Way, text: str) -> Message:
    subject = reaching.subject_of(conversation, way.channel)
    delivery = direct.write(
        conversation.customer,
        way.channel,
        purpose=Purpose.SERVICE,
        subject=subject,
        body=text,
        by=None,
        thread=reaching.thread(conversation, way, is_answer=True),
        is_automatic=True,
    )
    message = Message.objects.create(
        conversation=conversation,
        direction=Message.Direction.OUT,
        channel=way.channel,
        address=way.to,
        subject=subject,
        text=text,
        delivery=delivery,
        is_automatic=True,
        kind="routing.out_of_hours",
    )
    hooks.tell(Change(conversation, What.REPLIED, message))
    if delivery.state == delivery.State.ACCEPTED:
        # On our own pages it has arrived already.
        hooks.tell(Change(conversation, What.DELIVERED, message, None, {"state": delivery.state}))
    return message
