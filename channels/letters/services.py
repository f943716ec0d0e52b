"""Posting a letter: written down in the caller's transaction, sent right after it."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.connectors import registry
from channels.letters import tasks
from channels.letters.models import Letter
from channels.models import Channel
from crm.accounts.models import User
from crm.audit import services as audit
from crm.lib.errors import Refused
from customers.models import Customer

KIND = "email"
# Nobody gets the same letter twice within this time, however often it is asked for.
PAUSE = timedelta(hours=1)


def post(customer: Customer, kind: str, about: UUID, by: User | None) -> None:
    channel = channel_to_use()
    if channel is None:
        raise Refused(_("There is no e-mail channel that is switched on."))
    lately = Letter.objects.filter(kind=kind, about=about, asked_at__gt=timezone.now() - PAUSE)
    if lately.exclude(state__in=[Letter.State.SKIPPED, Letter.State.FAILED]).exists():
        raise Refused(_("This letter was sent a short while ago."))
    letter = Letter(customer=customer, channel=channel, kind=kind, about=about, asked_by=by)
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("This letter is already on its way.")) from None
    audit.record("letter.posted", customer, by=by, kind=kind)
    transaction.on_commit(partial(tasks.send.delay, letter.pk))


def channel_to_use() -> Channel | None:
    """The oldest mail channel that works: letters come from where customers know us from."""
    known = [connector.key for connector in registry.every() if connector.kind == KIND]
    return Channel.objects.enabled().filter(kind=KIND, connector__in=known).order_by("pk").first()
