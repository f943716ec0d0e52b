"""Who would get a campaign and who would not, by the very rules that decide when it is sent."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels.campaigns import belonging, books, choosing, coupons, recommended, texts, ways
from channels.campaigns.message import MISSING, wording_of
from channels.campaigns.models import Campaign, Way
from channels.campaigns.placeholders import Person
from channels.campaigns.templating.designed import lacking
from channels.consent import gate
from channels.consent.gate import Reason
from crm.accounts.models import User
from customers.models import Customer, CustomerQuerySet
from segments import services as segments

# How SQL knows that somebody lacks a field; names are never empty.
EMPTY = {
    "company": Q(company=""),
    "city": Q(city=""),
    "last_order": Q(rollup__last_order_at=None),
    "orders": Q(rollup__orders=0),
}

EXCLUDED = "excluded"
# The rules in the order in which they are asked, and what is left after each.
STEPS: tuple[tuple[str, str | Promise], ...] = (
    (Reason.RESTRICTED, _("Use of the data not restricted")),
    (Reason.NO_ADDRESS, _("Have an address")),
    (Reason.NO_CONSENT, _("Allow it")),
    (Reason.SUPPRESSED, _("Address is not blocked")),
    (Reason.OVER_CONTACTED, _("Not written to too often")),
    (choosing.WINDOW, _("The provider lets it through")),
    (EXCLUDED, _("Not in an excluded segment")),
    (MISSING, _("Have every personal field")),
    (Reason.QUIET, _("Awake now")),
)
# Rules that only some campaigns have.
OPTIONAL = (EXCLUDED, Reason.RESTRICTED, choosing.WINDOW, MISSING, Reason.QUIET)


@dataclass(frozen=True)
class Reach:
    """The funnel of an audience. Counts are of customers, `addresses` of mailboxes among the reachable."""

    steps: tuple[tuple[str | Promise, int], ...]
    left_out: tuple[tuple[str, int], ...]
    waiting: int
    addresses: int
    # One for each channel, where there are several or it is no mail.
    ways: tuple["WayReach", ...] = ()

    @property
    def matched(self) -> int:
        return self.steps[0][1]

    @property
    def reachable(self) -> int:
        """Who gets it, now or in their morning."""
        return self.steps[-1][1] + self.waiting


@dataclass(frozen=True)
class WayReach:
    """One channel by itself, and to how many of those it could reach the message goes over it."""

    way: Way
    reach: Reach
    chosen: int


def members(campaign: Campaign, *, by: User | None = None) -> CustomerQuerySet:
    """The members of the segment whom `by`, or who launched it, may reach."""
    user = by or campaign.launched_by or campaign.created_by
    return segments.members(campaign.segment).visible_to(user)


def judged(campaign: Campaign, *, by: User | None = None) -> "QuerySet[Any]":
    """Those of a campaign of mails alone, each with a verdict."""
    rules = [*excluded(campaign), *missing_fields(campaign)]
    return gate.judged(members(campaign, by=by), _question(campaign), rules)


def asked(campaign: Campaign, over: Sequence[Way]) -> choosing.Asked:
    """What is asked of each channel when it is planned and looked at."""
    return _asked(campaign, over, excluded(campaign))


def asked_to_send(campaign: Campaign, over: Sequence[Way]) -> choosing.Asked:
    """The same at the moment of sending: who is in an excluded segment was said when it was planned."""
    return _asked(campaign, over, [])


def _asked(campaign: Campaign, over: Sequence[Way], common: choosing.Rules) -> choosing.Asked:
    rules = {way.place: [*common, *missing_on(campaign, way)] for way in over}
    return choosing.Asked(over, campaign.purpose, timezone.now(), rules)


def verdict_on(campaign: Campaign, customer: Customer) -> str:
    """What the rules say of one customer now."""
    over = ways.of(campaign)
    if choosing.is_plain(over):
        return gate.verdict_on(customer, _question(campaign))
    rows = choosing.Judge(asked_to_send(campaign, over)).ask([customer.pk])
    return str(rows[0][choosing.VERDICT]) if rows else Reason.GONE


def some(campaign: Campaign, verdict: str, most: int, *, by: User, place: int = 0) -> "QuerySet[Customer]":
    """A few of those with a verdict, the empty one being none: of the campaign, or of one channel."""
    over = ways.of(campaign)
    if choosing.is_plain(over):
        rows = judged(campaign, by=by)
        found = rows.filter(verdict=verdict) if not verdict else rows.filter(verdict__startswith=verdict)
        return found.select_related("rollup")[:most]
    said = f"verdicts[{place}]" if any(way.place == place for way in over) else "verdict"
    found_ids = _ask(
        asked(campaign, over),
        members(campaign, by=by),
        f"id, {said} AS said",
        "SELECT id FROM ({judged}) AS judged WHERE split_part(said, ':', 1) = %s LIMIT %s",
        books.family(verdict),
        most,
    )
    return Customer.objects.filter(pk__in=[pk for (pk,) in found_ids]).select_related("rollup")


def _ask(
    question: choosing.Asked, customers: CustomerQuerySet, columns: str, sql: str, *params: Any
) -> list[tuple[Any, ...]]:
    """Rows of a statement about the `{judged}` customers; none where nobody can be meant at all."""
    try:
        judged, known = question.statement(customers, columns)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(judged=judged), [*known, *params])
        return list(cursor.fetchall())


def reach(campaign: Campaign, *, by: User) -> Reach:
    """Asks the rules of sending about each member now."""
    over = ways.of(campaign)
    if not choosing.is_plain(over):
        return _reach_of_many(campaign, over, by)
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
    return _funnel(counts, addresses)


def _reach_of_many(campaign: Campaign, over: Sequence[Way], by: User) -> Reach:
    """Each customer is looked at once, and counted with those of whom every channel says the same."""
    rows = _ask(
        asked(campaign, over),
        members(campaign, by=by),
        "way, verdict, verdicts",
        "SELECT way, verdict, verdicts, count(*) FROM ({judged}) AS judged GROUP BY 1, 2, 3",
    )
    whole, chosen = Counter[str](), Counter[int]()
    each = {way.place: Counter[str]() for way in over}
    for place, verdict, verdicts, number in rows:
        whole[books.family(verdict)] += number
        chosen[place] += number
        for way in over:
            each[way.place][books.family(verdicts[way.place - 1])] += number
    parts = (WayReach(way, _funnel(each[way.place]), chosen[way.place]) for way in over)
    return replace(_funnel(whole), ways=tuple(parts))


def _funnel(counts: Counter[str], addresses: int | None = None) -> Reach:
    left = counts.total()
    steps: list[tuple[str | Promise, int]] = [(_("In the segment"), left)]
    for reason, label in STEPS:
        left -= counts[reason]
        if counts[reason] or reason not in OPTIONAL:
            steps.append((label, left))
    left_out = [(code, number) for code, number in counts.most_common() if code not in ("", Reason.QUIET)]
    reachable = left + counts[Reason.QUIET]
    known = reachable if addresses is None else addresses
    return Reach(tuple(steps), tuple(left_out), counts[Reason.QUIET], known)


def excluded(campaign: Campaign) -> list[tuple[str, Q]]:
    """A rule for each segment that is to get nothing. Drafts that were never saved have none."""
    if not campaign.pk:
        return []
    return [(EXCLUDED, Q(pk__in=segments.members(one).values("pk"))) for one in campaign.excluded.all()]


def missing_on(campaign: Campaign, way: Way) -> list[tuple[str, Q]]:
    """The same for one channel, whose text may ask for other fields than the mail."""
    if way.is_mail:
        return missing_fields(campaign)
    return _missing(texts.needs_of(way))


def missing_fields(campaign: Campaign) -> list[tuple[str, Q]]:
    """A rule for each personal field of the text that has no words for those without it."""
    return _missing(wording_of(campaign).needs)


def _missing(needs: list[tuple[str, Q]]) -> list[tuple[str, Q]]:
    return [
        (f"{MISSING}{books.FAMILY}{field}", EMPTY[field] & readers)
        for field in EMPTY
        if (readers := lacking(needs, field)) is not None
    ]


def person_of(customer: Customer, asked: Collection[int] = ()) -> Person:
    """What personal fields know about a customer, and which of the segments asked about they are in."""
    return people_of([customer], asked)[customer.pk]


def people_of(customers: Collection[Customer], asked: Collection[int] = ()) -> dict[int, Person]:
    """The same of many, who are asked about all at once."""
    numbers = [one.pk for one in customers]
    suggested = recommended.names(numbers)
    member_of = belonging.segments_of(numbers, asked)
    return {
        one.pk: Person(
            name=one.name,
            kind=one.kind,
            gender=one.gender,
            company=one.company,
            city=one.city,
            language=one.language,
            last_order_at=one.rollup.last_order_at,
            orders=one.rollup.orders,
            spent=one.rollup.total,
            recommended=suggested[one.pk],
            coupon=coupons.SAMPLE,
            segments=member_of.get(one.pk, frozenset()),
        )
        for one in customers
    }


def _question(campaign: Campaign) -> gate.Question:
    return gate.Question(campaign.channel.kind, campaign.purpose, timezone.now())


def _mailboxes(campaign: Campaign) -> Count:
    column = gate.ADDRESS_COLUMNS.get(campaign.channel.kind, "email")
    return Count(Lower(column), distinct=True)
