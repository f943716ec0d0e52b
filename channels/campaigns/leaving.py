"""Who leaves the segment between planning and sending gets nothing: looked over now and then, all at once.

Asking for each batch whether its people are still members would run the whole rule for twenty rows.
Minutes after planning nobody has left; after a pause, a night or the days of a test many may have.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from channels.campaigns import audience, books, ways
from channels.campaigns.models import Campaign, Delivery
from segments import services as segments

EVERY = timedelta(minutes=10)
LEFT = "left"


def look_over(campaign: Campaign) -> int:
    """How many were left out now. Raises Refused for a rule that nobody can ask any more."""
    is_new = campaign.planned_at is None or campaign.planned_at > timezone.now() - EVERY
    return 0 if is_new else _look_over(campaign)


@transaction.atomic
def _look_over(campaign: Campaign) -> int:
    old = Q(looked_over_at=None) | Q(looked_over_at__lt=Now() - EVERY)
    ours = Campaign.objects.filter(old, pk=campaign.pk, planned_at__lt=Now() - EVERY)
    user = campaign.launched_by
    if user is None or not ours.update(looked_over_at=Now()):
        return 0
    members = segments.members(campaign.segment).visible_to(user)
    for _reason, is_excluded in audience.excluded(campaign):
        members = members.exclude(is_excluded)
    waiting = Delivery.objects.filter(campaign=campaign, state=Delivery.State.READY, sent_at=None)
    gone = waiting.filter(~Exists(members.filter(pk=OuterRef("customer"))))
    number = 0
    for way in ways.of(campaign):
        left = gone.filter(way=way.place).update(state=Delivery.State.SKIPPED, reason=LEFT)
        books.count(ways.carried(campaign, way), {(Delivery.State.SKIPPED, LEFT): left})
        number += left
    return number
