"""Which ads audiences are made of a segment."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.audiences.models import Audience
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Use

MOST = 20


def of_segment(segment: Segment, user: User) -> Iterable[Use]:
    found = Audience.objects.visible_to(user).filter(segment=segment).order_by("-pk")
    for one in found[:MOST]:
        yield Use(_("Ads audience"), one.name, reverse("audiences:detail", args=[one.pk]), "target")
