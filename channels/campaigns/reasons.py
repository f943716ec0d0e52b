"""Why somebody did not get a message, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.campaigns import choosing
from channels.campaigns.audience import EXCLUDED
from channels.campaigns.books import FAMILY, LOST
from channels.campaigns.finishing import CANCELLED, EXPIRED
from channels.campaigns.leaving import LEFT
from channels.campaigns.message import MISSING
from channels.campaigns.models import Delivery
from channels.campaigns.placeholders import FIELDS
from channels.campaigns.planning import HELD_BACK, SAME_ADDRESS
from channels.campaigns.sending import GAVE_UP
from channels.connectors.base import Trouble
from channels.consent.gate import Reason
from channels.offers import giving

WORDS: dict[str, str | Promise] = {
    **{reason.value: reason.label for reason in Reason},
    **{trouble.value: trouble.label for trouble in Trouble},
    **giving.REASONS,
    SAME_ADDRESS: gettext_lazy("Somebody else with this address gets it"),
    HELD_BACK: gettext_lazy("Held back, to compare with"),
    EXCLUDED: gettext_lazy("Is in an excluded segment"),
    MISSING: gettext_lazy("A personal field is empty"),
    CANCELLED: gettext_lazy("The campaign was cancelled"),
    EXPIRED: gettext_lazy("The campaign's time was over"),
    GAVE_UP: gettext_lazy("Could not be sent in time"),
    LEFT: gettext_lazy("Left the segment meanwhile"),
    LOST: gettext_lazy("The worker was lost while handing it over"),
}


def words(reason: str) -> str:
    """The first part of a reason as a sentence; what follows are the provider's own words."""
    code, _separator, said = reason.partition(FAMILY)
    if code == MISSING and said in FIELDS:
        return _("Has no “%(field)s”") % {"field": FIELDS[said][0]}
    return str(WORDS.get(code, code))


def why(delivery: Delivery) -> str:
    """Why it was this channel; empty where there was no other."""
    if delivery.why == choosing.FIRST:
        return _("It is the first in the campaign's order.")
    if delivery.why == choosing.PREFERRED:
        return _("The customer prefers it.")
    if not delivery.why:
        return ""
    return _("It stands in for the first: %(reason)s.") % {"reason": words(delivery.why)}


def said_by_provider(reason: str) -> str:
    """What a provider answered, as it said it; empty for reasons of our own."""
    code, _separator, said = reason.partition(FAMILY)
    return "" if code == MISSING else said
