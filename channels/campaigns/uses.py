"""Which campaigns go to a segment."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.campaigns.models import Campaign
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Rows


def _rows(segment: Segment, user: User) -> QuerySet[Any]:
    return Campaign.objects.visible_to(user).filter(segment=segment)


CAMPAIGNS = Rows(_("Campaign"), "campaigns:detail", "megaphone", _rows)
