"""Over which channels the customer of a conversation can be answered now, and why not over the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from channels import services as channels
from channels.connectors.base import Connector, Template, Trouble
from channels.connectors.marks import reply_address
from channels.connectors.registry import NoSuchConnector
from channels.consent import gate
from channels.consent.models import Purpose
from channels.direct.reasons import words
from channels.direct.services import Thread
from channels.inbox.enclosing import Kept, fit
from channels.inbox.models import Conversation, Message
from channels.models import Channel
from crm.lib.errors import BadInput, Refused
from crm.lib.templatetags.ui import mask_email, mask_phone
from customers.identity.models import Identity

Direction = Message.Direction
MOST_REFERENCES = 10
WINDOW = Trouble.WINDOW.value


@dataclass(frozen=True)
class Way:
    """One channel, as seen from a conversation. `code` says why nothing may go over it; empty: it may."""

    channel: Channel
    connector: Connector
    to: str = ""
    code: str = ""
    # The provider lets free text through no more, only templates.
    is_closed: bool = False
    # When they last wrote from there.
    asked_at: datetime | None = None
    closes_at: datetime | None = None
    replies_left: int | None = None
    templates: tuple[Template, ...] = ()
    is_proposed: bool = False

    @property
    def is_open(self) -> bool:
        return not self.code and (not self.is_closed or bool(self.templates))

    @property
    def hint(self) -> str:
        """Enough of the address to see whom it goes to; nothing of what only machines can read."""
        if self.connector.handle == Identity.Kind.EMAIL:
            return mask_email(self.to)
        return mask_phone(self.to) if self.connector.handle in ("phone", "whatsapp") else ""

    @property
    def why(self) -> str:
        """Why it is off, in words."""
        return words(self.code) if self.code else words(WINDOW) if self.is_closed else ""


@dataclass
class Known:
    """What is read once for all channels of one conversation."""

    conversation: Conversation
    handles: list[tuple[str, str, str]] = field(default_factory=list)
    last_in: dict[int, Message] = field(default_factory=dict)
    verdicts: dict[tuple[str, str, datetime | None], str] = field(default_factory=dict)


def way(conversation: Conversation, channel: Channel) -> Way:
    found = _way(known(conversation), channel)
    if found is None:
        raise Refused(_("Nothing can be sent over this channel."))
    return found


def ways(conversation: Conversation, senders: Sequence[Channel]) -> list[Way]:
    """All of them; the one to propose is marked: what the customer prefers if it is open, else what they used
    last, else the first that is open."""
    read = known(conversation)
    seen = (_way(read, channel) for channel in senders)
    found = [one for one in seen if one is not None and one.connector.caps.sends]
    open_ones = [one for one in found if one.is_open]
    customer = conversation.customer
    preferred = [one for one in open_ones if one.channel.kind == customer.preferred_channel]
    last = [one for one in open_ones if one.channel.pk == conversation.channel_id]
    same_kind = [one for one in open_ones if one.channel.kind == conversation.kind]
    # Of several accounts of the preferred kind, that one over which they speak.
    used = [one for one in preferred if one in last]
    best = next(iter([*used, *preferred, *last, *same_kind, *open_ones]), None)
    return [_proposed(one) if one is best else one for one in found]


def known(conversation: Conversation) -> Known:
    attached = Identity.objects.filter(profile__customer=conversation.customer_id, detached_at=None)
    heard = Message.objects.filter(conversation=conversation.pk, direction=Direction.IN, is_automatic=False)
    latest = heard.order_by("channel", "-pk").distinct("channel").defer("text", "html")
    return Known(
        conversation,
        list(attached.order_by("-last_seen_at", "-pk").values_list("kind", "scope", "value")[:200]),
        {one.channel_id: one for one in latest if one.channel_id},
    )


def worded(chosen: Way, name: str, fields: Mapping[str, str]) -> str:
    """What the customer will read of a template. Raises BadInput for one that is none, or has blanks left."""
    template = next((one for one in chosen.templates if one.name == name), None)
    if template is None:
        raise BadInput(_("There is no such template."))
    if missing := [blank for blank in template.blanks if not fields.get(blank, "").strip()]:
        raise BadInput(_("Please fill in: %(blanks)s") % {"blanks": ", ".join(missing)})
    return template.filled(fields)


def check(chosen: Way, *, template: str, files: Sequence[Kept], parts: int = 1) -> None:
    """Raises Refused for what cannot go this way."""
    caps = chosen.connector.caps
    if not chosen.channel.enabled or not caps.sends:
        raise Refused(_("Nothing can be sent over this channel."))
    if chosen.code:
        raise Refused(_("This message may not be sent: %(reason)s.") % {"reason": words(chosen.code)})
    if chosen.is_closed and not template:
        raise Refused(words(WINDOW))
    if files:
        fit(files, caps)
    if chosen.replies_left is not None and not template and parts > chosen.replies_left:
        raise Refused(
            _("Each file is a message of its own here, and the provider lets only %(left)s more through.")
            % {"left": chosen.replies_left}
        )


def window_verdict(conversation: Conversation, channel: Channel, *, but: int = 0) -> str:
    """Empty while free text gets through. `but` is the message that asks, which does not count."""
    connector = _connector(channel)
    if connector is None or connector.caps.window is None:
        return ""
    heard = Message.objects.filter(conversation=conversation.pk, channel=channel, direction=Direction.IN)
    last = heard.order_by("-pk").first()
    if last is None or timezone.now() - last.at >= connector.caps.window:
        return WINDOW
    left = _replies_left(conversation, channel, connector, last, but)
    return WINDOW if left is not None and left <= 0 else ""


def subject_of(conversation: Conversation, channel: Channel) -> str:
    if channel.kind != "email":
        return ""
    subject = conversation.subject or _("Your message to us")
    return (
        subject
        if subject.lower().startswith("re:") or not conversation.last_in_at
        else f"Re: {subject}"[:300]
    )


def thread(conversation: Conversation, chosen: Way, *, is_answer: bool) -> Thread:
    """How a message over this channel belongs to those before it."""
    if chosen.channel.kind != "email":
        return Thread(to=chosen.to, is_answer=is_answer, asked_at=chosen.asked_at)
    rows = Message.objects.filter(conversation=conversation.pk, channel__kind="email").exclude(external_id="")
    heard = rows.filter(direction=Direction.IN).order_by("-pk").values_list("external_id", flat=True)
    ids = [one.strip("<>") for one in heard[:MOST_REFERENCES]]
    mailbox = str(chosen.channel.config.get("replies", ""))
    return Thread(
        to=chosen.to,
        reply_to=reply_address(conversation.token, mailbox) if mailbox else "",
        in_reply_to=ids[0] if ids else "",
        references=ids[::-1],
        is_answer=is_answer,
        asked_at=chosen.asked_at,
    )


def _proposed(one: Way) -> Way:
    return Way(**{**one.__dict__, "is_proposed": True})


def _way(read: Known, channel: Channel) -> Way | None:
    connector = _connector(channel)
    if connector is None:
        return None
    last = read.last_in.get(channel.pk)
    to = _handle(read, channel, connector, last)
    asked_at = last.at if last is not None and last.address == to else None
    code = _verdict(read, channel, to, asked_at) if connector.caps.sends else Trouble.SETUP.value
    fields: dict[str, Any] = {"to": to, "code": code, "asked_at": asked_at}
    if connector.caps.window is not None:
        fields |= _window(read.conversation, channel, connector, last)
    return Way(channel, connector, templates=connector.templates(channel.config), **fields)


def _window(
    conversation: Conversation, channel: Channel, connector: Connector, last: Message | None
) -> dict[str, Any]:
    window = connector.caps.window
    if last is None or window is None or timezone.now() - last.at >= window:
        return {"is_closed": True}
    left = _replies_left(conversation, channel, connector, last, 0)
    return {"closes_at": last.at + window, "replies_left": left, "is_closed": left is not None and left <= 0}


def _replies_left(
    conversation: Conversation, channel: Channel, connector: Connector, last: Message, but: int
) -> int | None:
    most = connector.caps.window_replies
    if most is None:
        return None
    said = Message.objects.filter(
        conversation=conversation.pk, channel=channel, direction=Direction.OUT, pk__gt=last.pk, failed=""
    )
    return most - said.exclude(pk=but).exclude(data__has_key="template").count()


def _handle(read: Known, channel: Channel, connector: Connector, last: Message | None) -> str:
    """What they last spoke from, else what we know of them."""
    if last is not None and last.address:
        return last.address
    scope = connector.scope(channel.config)
    kind = connector.handle or ("visitor" if channel.kind == "chat" else "")
    if kind in ("email", "phone"):
        return str(getattr(read.conversation.customer, kind))
    fitting = (value for name, belongs, value in read.handles if name == kind and belongs in (scope, ""))
    return next(fitting, read.conversation.customer.phone if kind == "whatsapp" else "")


def _verdict(read: Known, channel: Channel, to: str, asked_at: datetime | None) -> str:
    if not to:
        return gate.Reason.NO_ADDRESS.value
    key = (channel.kind, to, asked_at)
    if key not in read.verdicts:
        # At night it may be written and leaves in the morning: asking for that here costs a third more.
        now = timezone.now()
        question = gate.Question(channel.kind, Purpose.SERVICE, now, to, is_answer=True, asked_at=asked_at)
        read.verdicts[key] = gate.verdict_on(read.conversation.customer, question)
    return read.verdicts[key]


def _connector(channel: Channel) -> Connector | None:
    try:
        return channels.connector_of(channel)
    except NoSuchConnector:
        return None
