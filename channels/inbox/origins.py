"""Entries of the timeline that tell of a message lead to its conversation."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.inbox.models import Message
from channels.inbox.receiving import SOURCE
from crm.accounts.models import User
from customers.timeline import origins
from customers.timeline.models import Entry


def register() -> None:
    origins.register(SOURCE, gettext_lazy("Inbox"), origin)


def origin(user: User, entry: Entry) -> origins.Origin | None:
    if not entry.source_id.isdecimal():
        return None
    rows = Message.objects.visible_to(user).filter(pk=int(entry.source_id))
    message = rows.select_related("channel").first()
    if message is None:
        return None
    facts = [(_("Channel"), message.channel.name)] if message.channel else []
    url = reverse("inbox:conversation", args=[message.conversation_id])
    return origins.Origin(facts=facts, url=url, url_label=_("Open the conversation"))
