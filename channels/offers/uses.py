"""Which offers are only for a segment."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.offers.models import Offer
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Rows


def _rows(segment: Segment, user: User) -> QuerySet[Any]:
    return Offer.objects.visible_to(user).filter(segment=segment)


OFFERS = Rows(_("Offer"), "offers:detail", "ticket-percent", _rows)
