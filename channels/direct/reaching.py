"""Where a message goes, and whether its provider lets its words through."""

from datetime import datetime

from channels import services as channels
from channels import windows
from channels.connectors.base import Trouble
from channels.consent import gate, handles
from channels.direct.models import DirectMessage
from customers.models import Customer

WINDOW = Trouble.WINDOW.value


def handle_of(message: DirectMessage) -> gate.Handle | None:
    return None if message.to else handles.of(message.channel)


def address_of(message: DirectMessage) -> str:
    """What the message says, else what the customer has now: on that account, or in their own row."""
    if message.to:
        return message.to
    if handle := handle_of(message):
        question = gate.Question(message.channel.kind, message.purpose, message.created_at, handle=handle)
        rows = gate.addressed(Customer.objects.filter(pk=message.customer_id), question)
        return str(rows.values_list(handle.name, flat=True).first() or "")
    column = gate.ADDRESS_COLUMNS.get(message.channel.kind)
    return str(getattr(message.customer, column)) if column else ""


def objection(message: DirectMessage, at: datetime) -> str:
    """Free text that its provider lets through no more, with no template to stand in for it."""
    return "" if message.instead or not _is_shut(message, at) else WINDOW


def fit(message: DirectMessage, at: datetime) -> None:
    """Puts the template in the place of words that are let through no more; what may have arrived stays."""
    if not message.instead or message.sent_at or not _is_shut(message, at):
        return
    message.template, message.fields = message.instead["template"], message.instead["fields"]
    message.body, message.instead = message.instead["body"], None
    message.save(update_fields=["template", "fields", "body", "instead"])


def _is_shut(message: DirectMessage, at: datetime) -> bool:
    """Only of what nobody asked for: whoever answers in a conversation knows when it was heard last."""
    if message.template or message.to:
        return False
    opened = windows.is_open(message.channel, channels.caps_of(message.channel), at)
    return opened is not None and not Customer.objects.filter(opened, pk=message.customer_id).exists()
