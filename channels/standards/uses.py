"""Which promises hold for the customers of a segment."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from channels.standards.models import Policy
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Rows


def _rows(segment: Segment, user: User) -> QuerySet[Any]:
    if not user.may("routing", "configure"):
        return Policy.objects.none()
    return Policy.objects.filter(conditions__segments__contains=segment.pk)


POLICIES = Rows(_("Service standard"), "standards:policy", "timer", _rows)
