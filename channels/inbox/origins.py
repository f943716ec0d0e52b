"""Entries of the timeline that tell of a message lead to its conversation."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels.direct import writing as direct
from channels.direct.sending import SOURCE as SENT
from channels.inbox.models import Message
from channels.inbox.receiving import SOURCE
from crm.accounts.models import User
from customers.timeline import origins
from customers.timeline.models import Entry


def register() -> None:
    origins.register(SOURCE, gettext_lazy("Inbox"), origin)
    origins.register(SENT, pgettext_lazy("composer", "Message"), answer)


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


def answer(user: User, entry: Entry) -> origins.Origin | None:
    """What we said: how far it got, and the conversation it was said in."""
    found = direct.origin(user, entry)
    if found is None:
        return None
    rows = Message.objects.visible_to(user).filter(delivery=int(entry.source_id))
    pk = rows.values_list("conversation", flat=True).first()
    if pk is None:
        return found
    url = reverse("inbox:conversation", args=[pk])
    return replace(found, url=url, url_label=_("Open the conversation"))
