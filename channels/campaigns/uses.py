"""Which campaigns go to a segment."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Use

# The newest; the list of campaigns has them all.
MOST = 20


def of_segment(segment: Segment, user: User) -> Iterable[Use]:
    found = Campaign.objects.visible_to(user).filter(segment=segment).order_by("-created_at", "-pk")
    for one in found[:MOST]:
        yield Use(_("Campaign"), one.name, reverse("campaigns:detail", args=[one.pk]), "megaphone")
