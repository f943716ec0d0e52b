"""Double opt-in: a tick on a form asks, a button behind a mailed link confirms. Looking does not."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.chat.models import OptIn
from channels.consent import services as consent
from channels.consent import texts
from channels.consent.models import Purpose
from channels.inbox import services as inbox
from channels.inbox.models import Conversation
from channels.models import Channel
from crm.lib.errors import Refused
from crm.lib.links import Links
from customers import letters
from customers.models import Customer

LINKS = Links("channels.chat.opt_in", {"confirm": b"O"})
LETTER = "opt_in"
SOURCE = "web form"
# One mailbox gets one such mail in this time, whoever types its address.
PAUSE = timedelta(hours=1)
KEPT = timedelta(days=30)


@transaction.atomic
def ask(
    customer: Customer,
    email: str,
    evidence: dict[str, Any],
    *,
    channel: Channel | None,
    conversation: Conversation | None = None,
) -> OptIn | None:
    """Writes down what was ticked and posts the mail that asks for the button. None when one is under way."""
    lately = OptIn.objects.filter(email=email, asked_at__gt=timezone.now() - PAUSE)
    if lately.exists():
        return None
    made = OptIn.objects.create(
        customer=customer,
        channel=channel,
        conversation=conversation,
        email=email,
        text_version=texts.current_code(Purpose.MARKETING),
        evidence=evidence,
    )
    try:
        with transaction.atomic():
            letters.post(customer, LETTER, about=made.key, by=None)
    except Refused:
        # Without a mail channel nobody can confirm; the form itself is not in vain.
        made.delete()
        return None
    return made


def draft(about: UUID) -> letters.Draft | None:
    one = OptIn.objects.open().filter(key=about).first()
    if one is None:
        return None
    return letters.Draft(
        subject=_("Please confirm that you want our offers"),
        paragraphs=[
            _("Hello {{ name }},"),
            _("on our website somebody asked us to send offers and news to this address."),
            _("If it was you, please confirm it. If it was not, do nothing and you will get none."),
        ],
        button=_("Yes, send me offers"),
        url=settings.PUBLIC_URL + reverse("forms:confirm", args=[LINKS.make("confirm", one.key)]),
        to=one.email,
    )


def find(token: str) -> OptIn | None:
    read = LINKS.read("confirm", token)
    return OptIn.objects.select_related("customer").filter(key=read[0]).first() if read else None


@transaction.atomic
def confirm(opt_in: OptIn, evidence: dict[str, Any]) -> None:
    """Counts once. The ledger gets it only if this mailbox is the one we write to."""
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=opt_in.customer_id)
    is_theirs = customer.email.casefold() == opt_in.email.casefold()
    mine = OptIn.objects.open().filter(pk=opt_in.pk)
    if not mine.update(confirmed_at=timezone.now(), granted=is_theirs):
        return
    if is_theirs:
        consent.grant(
            customer,
            opt_in.purpose,
            "email",
            source=SOURCE,
            evidence={**opt_in.evidence, "asked_at": opt_in.asked_at.isoformat(), "confirmed": evidence},
            text_version=opt_in.text_version,
        )
    elif opt_in.conversation:
        text = _(
            "Offers were asked for and confirmed from another address than this customer's: %(address)s."
        )
        inbox.note(opt_in.conversation, text % {"address": opt_in.email}, by=None)


def sweep() -> int:
    """What nobody confirmed is forgotten."""
    return OptIn.objects.open().filter(asked_at__lt=timezone.now() - KEPT).delete()[0]
