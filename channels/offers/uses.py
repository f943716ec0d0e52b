"""Which offers are only for a segment."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.offers.models import Offer
from crm.accounts.models import User
from segments.models import Segment
from segments.uses import Use

MOST = 20


def of_segment(segment: Segment, user: User) -> Iterable[Use]:
    found = Offer.objects.visible_to(user).filter(segment=segment).order_by("-created_at", "-pk")
    for one in found[:MOST]:
        yield Use(_("Offer"), one.name, reverse("offers:detail", args=[one.pk]), "ticket-percent")
