"""Conversations in the customer's copy, and in an erasure: that there was one stays for the counts, what was
said in it goes, and files go unless somebody else was sent the very same.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from channels.inbox.models import Enclosure
from channels.mail import blobs
from customers import holdings
from customers.holdings import Blank, Holding, Remove, Subject

HOLDINGS = (
    Holding(
        "inbox.conversation",
        _("Conversations"),
        ("opened_at", "subject", "kind", "status", "closed_at"),
        Blank({"subject": "", "preview": "", "tags": []}),
        order=70,
    ),
    Holding(
        "inbox.message",
        _("What we said to each other"),
        ("at", "direction", "channel__name", "address", "subject", "text"),
        Blank({"subject": "", "text": "", "html": "", "address": "", "external_id": "", "data": {}}),
        paths=("conversation__customer",),
        order=71,
    ),
    Holding(
        "inbox.enclosure",
        _("Files that came with messages"),
        ("message__at", "name", "media_type", "size"),
        Remove(),
        paths=("message__conversation__customer",),
        attached=("digest", "name"),
        place=blobs.place,
        order=72,
    ),
    Holding(
        "inbox.reference",
        _("Marks by which answers find their message"),
        (),
        Remove(),
        paths=("message__conversation__customer",),
        hidden=_("Only check sums of the technical numbers of messages."),
    ),
    Holding(
        "inbox.mention",
        _("Colleagues named in notes"),
        (),
        Remove(),
        paths=("conversation__customer", "message__conversation__customer"),
        hidden=_("Says only who of us was to look."),
    ),
    Holding(
        "inbox.draft",
        _("Answers that were not sent yet"),
        (),
        Remove(),
        paths=("conversation__customer",),
        hidden=_("Nobody has said it to you."),
    ),
    Holding(
        "inbox.glance",
        _("Which colleague has read so far"),
        (),
        Remove(),
        paths=("conversation__customer",),
        hidden=_("Says only what one of us has seen."),
    ),
)


def register_all() -> None:
    for one in HOLDINGS:
        holdings.register(one)
    holdings.register_eraser("inbox", files_of)


def files_of(subject: Subject) -> Iterable[str]:
    """Stored files that nobody else's message has."""
    rows = Enclosure.objects.filter(state=Enclosure.State.KEPT)
    theirs = rows.filter(message__conversation__customer=subject.pk)
    digests = set(theirs.values_list("digest", flat=True))
    others = rows.filter(digest__in=digests).exclude(message__conversation__customer=subject.pk)
    return [blobs.place(one) for one in sorted(digests - set(others.values_list("digest", flat=True)))]
