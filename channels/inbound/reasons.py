"""Why an event is set aside or was of no interest, in words. Providers' own codes stand as they are."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.inbound.ingesting import Why

WORDS: dict[str, str | Promise] = {
    Why.EMPTY: _("It says nothing."),
    Why.KNOWN: _("All of it had been taken in before."),
    Why.OURS: _("It is the copy of a message that was sent from here."),
    Why.NOBODY: _("It names nobody: no address, number or account that could be known again."),
    Why.NO_SUCH_MESSAGE: _("It tells of a message that was not sent from here."),
    Why.UNREADABLE: _("The secret of the channel cannot be read."),
    Why.NO_CONNECTOR: _("This installation has no such connector."),
    Why.CRASHED: _("The work on it broke off again and again."),
    Why.INTERNAL: _("Something unforeseen happened"),
    "own": _("It is a mail of ours that came back."),
    "no_mail": _("It is no mail: it has neither sender nor subject nor anything that names one."),
    "withheld": _("The mail server did not hand this mail out."),
    "delayed": _("It says that a message of ours is still under way."),
    "not_understood": _("It is written in a way the connector does not know."),
    "unreadable": _("It is written in a way the connector does not know."),
}


def words(reason: str) -> str:
    code, colon, rest = reason.partition(":")
    said = str(WORDS.get(code, "")) or reason
    return f"{said} ({rest.strip()})" if colon and code in WORDS else said
