"""Tells whom a schedule acts for that a file did not come in. The page tells everybody who imports."""

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from customers.imports.models import Arrival
from customers.imports.problems import sentence

log = logging.getLogger(__name__)


def tell(arrival: Arrival) -> None:
    """Nobody's data is in the mail: which schedule, why, and where to look."""
    schedule = arrival.schedule
    to = schedule.created_by.email
    if not to:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("A scheduled import needs you: %(name)s") % {"name": schedule.name}
        address = settings.PUBLIC_URL + reverse("imports:schedule", args=[schedule.pk])
        text = f"{sentence(arrival.error)}\n\n{address}\n"
        try:
            send_mail(f"{settings.COMPANY_NAME}: {subject}", text, settings.DEFAULT_FROM_EMAIL, [to])
        except OSError as error:  # what mail servers refuse is one as well
            log.warning("A mail about a scheduled import could not be sent: %s", type(error).__name__)
