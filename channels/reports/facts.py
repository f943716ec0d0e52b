"""What customers said of our service, for rules."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from channels.inbox.facts import may_see
from channels.reports.models import Rating
from segments.facts import Group, Kind, Test, column, register
from segments.rows import Having, fact


def register_all() -> None:
    register(
        fact(
            "conversation.rating",
            _("Last rating of a conversation"),
            Group.CONTACT,
            Kind.SCORE,
            Having(_last, "conversation__customer"),
            open_to=may_see,
        )
    )


def _last(test: Test) -> QuerySet[Rating]:
    """Ratings like this after which the customer gave no other."""
    newer = Rating.objects.filter(
        conversation__customer=OuterRef("conversation__customer"), at__gt=OuterRef("at")
    )
    return Rating.objects.filter(column("score")(test)).exclude(Exists(newer))
