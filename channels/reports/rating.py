"""Ratings: a signed link for each conversation, by which its customer says once how it was."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from channels.inbox.models import Conversation
from channels.reports import refreshing
from channels.reports.models import Rating
from crm.lib.links import Links

LINKS = Links("channels.reports.rating", {"rate": b"r"})


def address(conversation: Conversation) -> str:
    return f"{settings.PUBLIC_URL}{reverse('rating:page', args=[LINKS.make('rate', conversation.token)])}"


def words(conversation: Conversation) -> str:
    """In the customer's language."""
    with translation.override(language_of(conversation)):
        return _("How did we do? Please tell us with one click: %(link)s") % {"link": address(conversation)}


def language_of(conversation: Conversation) -> str:
    known = dict(settings.LANGUAGES)
    asked = (conversation.language, conversation.customer.language)
    return next((one for one in asked if one in known), settings.LANGUAGE_CODE)


def conversation_of(token: str) -> Conversation | None:
    """Whose link it is. What was merged is rated where it went."""
    found = LINKS.read("rate", token)
    rows = Conversation.objects.select_related("customer", "merged_into__customer", "rating")
    conversation = rows.filter(token=found[0]).first() if found else None
    return (conversation.merged_into or conversation) if conversation else None


def ask(conversation: Conversation) -> None:
    """Remembers that the customer was asked."""
    Rating.objects.bulk_create([Rating(conversation=conversation)], ignore_conflicts=True)


@transaction.atomic
def rate(conversation: Conversation, score: int, comment: str) -> bool:
    """False when it was rated before: the first word holds."""
    ask(conversation)
    first = Rating.objects.filter(conversation=conversation, score=None)
    if not first.update(score=score, comment=comment, at=timezone.now()):
        return False
    refreshing.mark([conversation.pk])
    return True
