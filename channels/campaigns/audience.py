"""Who would get a campaign and who would not, by the very rules that decide when it is sent."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.campaigns import body, books, recommended
from channels.campaigns.message import MISSING
from channels.campaigns.models import Campaign
from channels.campaigns.placeholders import Person
from channels.consent import gate
from channels.consent.gate import Reason
from crm.accounts.models import User
from customers.models import Customer
from segments import services as segments

# How SQL knows that somebody lacks a field; names are never empty.
EMPTY = {"company": Q(company=""), "city": Q(city=""), "last_order": Q(rollup__last_order_at=None)}

EXCLUDED = "excluded"
# The rules in the order in which they are asked, and what is left after each.
STEPS: tuple[tuple[str, str | Promise], ...] = (
    (Reason.RESTRICTED, _("Use of the data not restricted")),
    (Reason.NO_ADDRESS, _("Have an address")),
    (Reason.NO_CONSENT, _("Allow it")),
    (Reason.SUPPRESSED, _("Address is not blocked")),
    (Reason.OVER_CONTACTED, _("Not written to too often")),
    (EXCLUDED, _("Not in an excluded segment")),
    (MISSING, _("Have every personal field")),
    (Reason.QUIET, _("Awake now")),
)
# Rules that only some campaigns have.
OPTIONAL = (EXCLUDED, Reason.RESTRICTED, MISSING, Reason.QUIET)


@dataclass(frozen=True)
class Reach:
    """The funnel of an audience. Counts are of customers, `addresses` of mailboxes among the reachable."""

    steps: tuple[tuple[str | Promise, int], ...]
    left_out: tuple[tuple[str, int], ...]
    waiting: int
    addresses: int

    @property
    def matched(self) -> int:
        return self.steps[0][1]

    @property
    def reachable(self) -> int:
        """Who gets it, now or in their morning."""
        return self.steps[-1][1] + self.waiting


def judged(campaign: Campaign, *, by: User | None = None) -> "QuerySet[Any]":
    """The members of the segment whom `by`, or who launched it, may reach, each with a verdict."""
    user = by or campaign.launched_by or campaign.created_by
    members = segments.members(campaign.segment).visible_to(user)
    return gate.judged(members, _question(campaign), [*excluded(campaign), *missing_fields(campaign)])


def reach(campaign: Campaign, *, by: User) -> Reach:
    """Asks the rules of sending about each member now."""
    found = (
        judged(campaign, by=by)
        .order_by()
        .values_list("verdict")
        .annotate(customers=Count("pk"), mailboxes=_mailboxes(campaign))
    )
    counts: Counter[str] = Counter()
    addresses = 0
    for verdict, customers, mailboxes in found:
        counts[books.family(verdict)] += customers
        addresses += mailboxes if verdict in ("", Reason.QUIET) else 0
    left = counts.total()
    steps: list[tuple[str | Promise, int]] = [(_("In the segment"), left)]
    for reason, label in STEPS:
        left -= counts[reason]
        if counts[reason] or reason not in OPTIONAL:
            steps.append((label, left))
    left_out = [(code, number) for code, number in counts.most_common() if code not in ("", Reason.QUIET)]
    return Reach(tuple(steps), tuple(left_out), counts[Reason.QUIET], addresses)


def excluded(campaign: Campaign) -> list[tuple[str, Q]]:
    """A rule for each segment that is to get nothing. Drafts that were never saved have none."""
    if not campaign.pk:
        return []
    return [(EXCLUDED, Q(pk__in=segments.members(one).values("pk"))) for one in campaign.excluded.all()]


def missing_fields(campaign: Campaign) -> list[tuple[str, Q]]:
    """A rule for each personal field of the text that has no words for those without it."""
    text = body.read(campaign.body)
    body.mark_subject(campaign.subject, text)
    needed = {slot.field for slot in text.slots.values() if slot.fallback is None}
    return [(f"{MISSING}{books.FAMILY}{field}", EMPTY[field]) for field in EMPTY if field in needed]


def person_of(customer: Customer) -> Person:
    """What personal fields know about a customer."""
    return Person(
        name=customer.name,
        kind=customer.kind,
        gender=customer.gender,
        company=customer.company,
        city=customer.city,
        language=customer.language,
        last_order_at=customer.rollup.last_order_at,
        recommended=recommended.names([customer.pk])[customer.pk],
    )


def _question(campaign: Campaign) -> gate.Question:
    return gate.Question(campaign.channel.kind, campaign.purpose, timezone.now())


def _mailboxes(campaign: Campaign) -> Count:
    column = gate.ADDRESS_COLUMNS.get(campaign.channel.kind, "email")
    return Count(Lower(column), distinct=True)
