"""Why an event was not taken, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEMS: dict[str, str | Promise] = {
    "certificate": _("The certificate of the address is not valid."),
    "forbidden": _("This address may not be used. It must be public and begin with https."),
    "secret": _("The secret can no longer be read. Make a new one."),
    "timeout": _("There was no answer within ten seconds."),
    "unknown_host": _("There is no host of this name."),
    "unreachable": _("The address could not be reached."),
}
