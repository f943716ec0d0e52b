"""Which ads audiences are made of a segment."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.audiences.models import Audience
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Rows


def _rows(segment: Segment, user: User) -> QuerySet[Any]:
    return Audience.objects.visible_to(user).filter(segment=segment)


AUDIENCES = Rows(_("Ads audience"), "audiences:detail", "target", _rows)
