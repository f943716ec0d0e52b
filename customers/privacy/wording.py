"""The law in words: what each right is called, until when it must be answered, what customers are told."""

from calendar import monthrange
from datetime import date, timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.privacy.models import Law, SubjectRequest

Kind = SubjectRequest.Kind
# The European Economic Area, the United Kingdom and Switzerland, whose law follows it.
EUROPE = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV"}
    | {"LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "GB", "CH"}
)
RIGHTS: dict[tuple[str, str], Promise] = {
    (Law.PIPL, Kind.ACCESS): _("PIPL Art. 45: individuals may consult and copy their personal information."),
    (Law.PIPL, Kind.PORTABILITY): _(
        "PIPL Art. 45: individuals may have a copy, and have it transferred to a handler they name."
    ),
    (Law.PIPL, Kind.CORRECTION): _(
        "PIPL Art. 46: individuals may have incorrect or incomplete personal information corrected in time."
    ),
    (Law.PIPL, Kind.ERASURE): _(
        "PIPL Art. 47: personal information is deleted once its purpose is met or consent is withdrawn."
    ),
    (Law.PIPL, Kind.RESTRICTION): _(
        "PIPL Art. 44: individuals may limit or refuse the handling of their personal information."
    ),
    (Law.GDPR, Kind.ACCESS): _("GDPR Art. 15: right of access by the data subject."),
    (Law.GDPR, Kind.PORTABILITY): _("GDPR Art. 20: right to data portability, in a machine-readable format."),
    (Law.GDPR, Kind.CORRECTION): _("GDPR Art. 16: right to rectification without undue delay."),
    (Law.GDPR, Kind.ERASURE): _("GDPR Art. 17: right to erasure (“right to be forgotten”)."),
    (Law.GDPR, Kind.RESTRICTION): _("GDPR Art. 18: right to restriction of processing."),
}
DEADLINES: dict[str, Promise] = {
    Law.PIPL: _("PIPL Art. 50 wants a timely answer; we promise one within %(days)s days."),
    Law.GDPR: _("GDPR Art. 12 (3) gives one month from the day on which the request arrived."),
}


def right(law: str, kind: str) -> str:
    return str(RIGHTS[law, kind])


def deadline(law: str) -> str:
    return str(DEADLINES[law]) % {"days": settings.PIPL_ANSWER_DAYS}


def due_on(law: str, received: date) -> date:
    if law == Law.PIPL:
        return received + timedelta(days=settings.PIPL_ANSWER_DAYS)
    year, month = (received.year + 1, 1) if received.month == 12 else (received.year, received.month + 1)
    return received.replace(year=year, month=month, day=min(received.day, monthrange(year, month)[1]))


def law_of(customer: Customer) -> str:
    """Where somebody lives decides; those of whom we do not know it are under the law of our own country."""
    country = customer.country or settings.DEFAULT_REGION
    return Law.GDPR if country in EUROPE else Law.PIPL
