"""Which promises hold for the customers of a segment."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.standards.models import Policy
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Use


def of_segment(segment: Segment, user: User) -> Iterable[Use]:
    if not user.may("routing", "configure"):
        return
    for one in Policy.objects.filter(conditions__segments__contains=segment.pk):
        url = reverse("standards:policy", args=[one.pk])
        yield Use(_("Service standard"), one.name, url, "timer")
