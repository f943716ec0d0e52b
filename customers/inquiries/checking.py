"""Whether we know a customer already: answered by the team, never by what we know of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.accounts.models import User
from crm.audit import services as audit
from crm.audit.models import AuditEntry
from crm.lib.errors import Refused
from customers.inquiries.models import Check, Match
from customers.matching import hints
from customers.matching.candidates import Candidate, like
from customers.matching.standard import Said, standardise
from customers.models import Customer

CHECKED = "inquiry.checked"
# Who has the number is the same whatever they are called; who has the phone or the mailbox may be.
PROOF = {"same_number"}
HINTS = PROOF | {"same_phone", "same_phone_two_names", "same_email", "same_email_two_names"}
# More would only help somebody who wants to know whom we have.
MOST = 5


@dataclass(frozen=True)
class Found:
    """One customer who was met: `customer` only for whoever may see them."""

    key: UUID
    is_same: bool
    customer: Customer | None
    team: str


@transaction.atomic
def check(said: Said, *, by: User) -> Check:
    """Looks for the customer. Every look is logged and counted, and says nothing about whom was asked."""
    _refuse_too_many(by)
    ask_from = hints.least()
    best = [one for one in like([standardise(said)]) if _is_told(one, ask_from)][:MOST]
    made = Check.objects.create(asked_by=by, about=said.name)
    Match.objects.bulk_create(
        Match(check_of=made, customer_id=one.customer_pk, is_same=_is_same(one)) for one in best
    )
    kinds = [name for name in ("phone", "email", "number") if getattr(said, name)]
    audit.record(CHECKED, made, by=by, by_what=kinds, found=[one.customer_pk for one in best])
    return made


def found(check: Check, reader: User) -> Sequence[Found]:
    """What a check met, as far as the reader may know."""
    matches = Match.objects.visible_to(reader).filter(check_of=check).select_related("customer__team")
    rows = list(matches.order_by("-is_same", "pk"))
    seen = Customer.objects.visible_to(reader).select_related("owner", "team")
    shown = seen.in_bulk([one.customer_id for one in rows])
    return [Found(one.key, one.is_same, shown.get(one.customer_id), _team_of(one.customer)) for one in rows]


def _team_of(customer: Customer) -> str:
    return customer.team.name if customer.team else ""


def _is_same(candidate: Candidate) -> bool:
    return candidate.scored.is_sure or not PROOF.isdisjoint(_levels(candidate))


def _is_told(candidate: Candidate, ask_from: float) -> bool:
    return hints.is_alike(candidate.scored, ask_from) or not HINTS.isdisjoint(_levels(candidate))


def _levels(candidate: Candidate) -> set[str]:
    return {one["level"] for one in candidate.scored.reasons}


def _refuse_too_many(by: User) -> None:
    """Counted in the database: what guards secrets must not depend on a cache."""
    User.objects.select_for_update().get(pk=by.pk)
    now = timezone.now()
    asked = AuditEntry.objects.filter(actor=by, action=CHECKED)
    if asked.filter(at__gte=now - timedelta(hours=1)).count() >= settings.INQUIRIES_AN_HOUR:
        number = settings.INQUIRIES_AN_HOUR
        text = ngettext(
            "You have checked %(number)s customer within an hour. Please go on later.",
            "You have checked %(number)s customers within an hour. Please go on later.",
            number,
        )
        raise Refused(text % {"number": number})
    if asked.filter(at__gte=now - timedelta(days=1)).count() >= settings.INQUIRIES_A_DAY:
        raise Refused(_("You have checked enough customers for today. More is possible tomorrow."))
