"""What people ask: write to one customer, take it back while it waits, send again what did not go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.consent import gate
from channels.consent.models import Purpose
from channels.direct import reasons, sending, tasks
from channels.direct.models import DirectMessage
from channels.direct.sending import CANCELLED
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import Customer

# What one wrote to somebody in a conversation waits so long for second thoughts.
SECOND_THOUGHTS = timedelta(seconds=10)
State = DirectMessage.State
COPIED = (
    "purpose",
    "subject",
    "body",
    "to",
    "reply_to",
    "in_reply_to",
    "references",
    "template",
    "fields",
    "instead",
    "markup",
    "files",
)


@dataclass(frozen=True)
class Thread:
    """How a message belongs to others."""

    to: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    is_answer: bool = False
    asked_at: datetime | None = None


@transaction.atomic
def write(
    customer: Customer,
    channel: Channel,
    *,
    purpose: str,
    subject: str,
    body: str,
    by: User | None,
    thread: Thread | None = None,
    template: str = "",
    fields: dict[str, str] | None = None,
    files: Sequence[dict[str, Any]] = (),
    wait: timedelta = timedelta(),
    is_automatic: bool = False,
) -> DirectMessage:
    """Writes the message down and wakes up who sends it. Raises Refused for what may not go. Only what is
    automatic is nobody's."""
    thread = thread or Thread()
    message = DirectMessage(
        customer=customer,
        channel=channel,
        purpose=purpose,
        subject=subject,
        body=body,
        by=by,
        to=thread.to,
        reply_to=thread.reply_to,
        in_reply_to=thread.in_reply_to,
        references=list(thread.references),
        is_answer=thread.is_answer,
        # What answers by itself was not asked for.
        asked_at=None if is_automatic else thread.asked_at,
        template=template,
        fields=fields or {},
        files=list(files),
        due_at=timezone.now() + wait,
        is_automatic=is_automatic,
    )
    return _begin(message)


@transaction.atomic
def cancel(message: DirectMessage, *, by: User) -> None:
    waiting = DirectMessage.objects.filter(pk=message.pk, state=State.READY, sent_at=None)
    if not waiting.update(state=State.SKIPPED, reason=CANCELLED):
        raise Refused(_("This message is already on its way."))
    audit.record("message.cancelled", message.customer, by=by, message=message.pk)


@transaction.atomic
def send_again(message: DirectMessage, *, by: User) -> DirectMessage:
    """The same words once more, as a message of its own: somebody decided that, knowing what became of the
    first one. Raises Refused while that is under way or when it arrived."""
    ended = DirectMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    if ended.state not in (State.FAILED, State.SKIPPED, State.UNKNOWN):
        raise Refused(_("This message does not need to be sent again."))
    fields = model_to_dict(ended, fields=COPIED)
    return _begin(
        DirectMessage(
            customer_id=ended.customer_id, channel_id=ended.channel_id, by=by, key=uuid4(), **fields
        )
    )


def _begin(message: DirectMessage) -> DirectMessage:
    verdict = sending.verdict_on(message, timezone.now())
    if verdict not in ("", gate.Reason.QUIET):
        raise Refused(_("This message may not be sent: %(reason)s.") % {"reason": reasons.words(verdict)})
    message.save(force_insert=True)
    purpose = Purpose(message.purpose).value
    audit.record("message.written", message.customer, by=message.by, message=message.pk, purpose=purpose)
    if message.channel.kind in sending.OURS:
        sending.lay_down(message)
    else:
        transaction.on_commit(partial(_wake, message))
    return message


def _wake(message: DirectMessage) -> None:
    """When it is due; should this nudge be lost, the sweep finds the message."""
    seconds = (message.due_at - timezone.now()).total_seconds()
    tasks.send.apply_async((message.pk,), countdown=seconds + 0.2 if seconds > 0 else None)
