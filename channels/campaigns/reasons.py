"""Why somebody did not get a message, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.campaigns.books import FAMILY, LOST
from channels.campaigns.finishing import CANCELLED
from channels.campaigns.message import MISSING
from channels.campaigns.planning import SAME_ADDRESS
from channels.campaigns.sending import GAVE_UP
from channels.connectors.base import Trouble
from channels.consent.gate import Reason

WORDS: dict[str, str | Promise] = {
    **{reason.value: reason.label for reason in Reason},
    **{trouble.value: trouble.label for trouble in Trouble},
    SAME_ADDRESS: _("Somebody else with this address gets it"),
    MISSING: _("A personal field is empty"),
    CANCELLED: _("The campaign was cancelled"),
    GAVE_UP: _("Could not be sent in time"),
    LOST: _("The worker was lost while handing it over"),
}


def words(reason: str) -> str:
    """The first part of a reason as a sentence; what follows are the provider's own words."""
    code, _separator, _said = reason.partition(FAMILY)
    return str(WORDS.get(code, code))
