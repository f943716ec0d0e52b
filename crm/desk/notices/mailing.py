"""E-mail to colleagues who asked for it: that something waits, how much, and nothing of what.

Notices are claimed by writing down the moment before anything is sent: after a crash a mail may be missing,
never doubled, and the notice itself is on the page anyway.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.desk.notices.models import Notice

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
MOST_AT_ONCE = 200


def sweep() -> int:
    """How many colleagues were written to."""
    now = timezone.now()
    waiting = Notice.objects.unread().filter(mailed_at=None, user__wishes__by_email=True)
    ready = waiting.exclude(user__in=Notice.objects.filter(mailed_at__gt=now - PAUSE).values("user"))
    sent = 0
    for user in User.objects.filter(pk__in=ready.values("user"), is_active=True)[:MOST_AT_ONCE]:
        number = Notice.objects.unread().filter(user=user, mailed_at=None).update(mailed_at=now)
        sent += bool(number and _send(user, number))
    return sent


def _send(user: User, number: int) -> bool:
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext("%(number)d new notice", "%(number)d new notices", number) % {"number": number}
        text = _("Something waits for you: %(address)s") % {
            "address": settings.PUBLIC_URL + reverse("notices:list")
        }
    try:
        send_mail(f"{settings.COMPANY_NAME}: {subject}", text, settings.DEFAULT_FROM_EMAIL, [user.email])
    except OSError as error:  # what mail servers refuse is one as well
        log.warning("A mail about notices could not be sent: %s", type(error).__name__)
        return False
    return True
