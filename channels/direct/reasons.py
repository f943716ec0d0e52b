"""Why a message did not go, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from channels.connectors.base import Trouble
from channels.consent.gate import Reason
from channels.direct import hooks
from channels.direct.sending import CANCELLED, FILE_GONE, GAVE_UP, LOST

WORDS: dict[str, str | Promise] = {
    **{reason.value: reason.label for reason in Reason},
    **{trouble.value: trouble.label for trouble in Trouble},
    CANCELLED: gettext_lazy("It was taken back"),
    GAVE_UP: gettext_lazy("Could not be sent in time"),
    FILE_GONE: gettext_lazy("A file that goes along is missing"),
    LOST: gettext_lazy("The worker was lost while handing it over"),
}


def words(reason: str) -> str:
    """The first part of a reason as a sentence; what follows are the provider's own words."""
    code = reason.partition(": ")[0]
    return str(WORDS.get(code) or hooks.words.get(code) or code)
