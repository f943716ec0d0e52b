"""Who did not get a campaign, as a segment of exactly these customers, to be written to in another way."""

from django.utils.translation import gettext as _

from channels.campaigns.models import Campaign, Delivery, DeliveryQuerySet
from channels.campaigns.planning import HELD_BACK
from crm.accounts.models import User
from crm.lib.errors import Refused
from segments import services as segments
from segments.models import Segment

# Of the unknown some may have got it: a second message would be worse than none.
NOT_SENT = (Delivery.State.SKIPPED, Delivery.State.FAILED)


def missed(campaign: Campaign) -> DeliveryQuerySet:
    """Left out or failed. Who was held back on purpose is to stay without it."""
    rows = Delivery.objects.filter(campaign=campaign, state__in=NOT_SENT)
    return rows.exclude(reason=HELD_BACK)


def collect(rows: DeliveryQuerySet, campaign: Campaign, *, by: User) -> Segment:
    """Raises Refused where there is nobody."""
    if not rows.exists():
        raise Refused(_("Nobody is to be found there."))
    name = _("Did not get “%(campaign)s”") % {"campaign": campaign.name[:80]}
    return segments.make_list_of(segments.free_name(name), rows.order_by().values("customer"), by=by)
