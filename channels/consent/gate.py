"""May we write to this customer now? One list of rules, asked in the preview, when a campaign is planned and
again at the moment of sending, in SQL and always in the same order: the first that says no is the reason.

Offers and surveys need an act of consent. Service messages (your parcel, your contract) rest on the contract
itself: they go unless the customer has said no to them, and neither count towards the contact cap nor are
held back by it. Who said no and then writes to us asks for the answer. Nothing goes to a suppressed address
or to somebody whose data is restricted, whatever the purpose.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import add, or_
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from channels.consent import quiet, suppression
from channels.consent.models import Consent, Purpose, State
from crm.lib.arrays import array
from customers.identity.models import Identity
from customers.models import Customer, CustomerQuerySet
from customers.privacy.models import Protection

# The column of Customer that holds the address of a kind of channel.
ADDRESS_COLUMNS = {"email": "email", "sms": "phone", "phone": "phone", "whatsapp": "phone"}
# Nothing that could end a header or start another address; domains may be international.
EMAIL = r"^[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]+@[^\s@<>()\[\],;:'\"\\.]+(\.[^\s@<>()\[\],;:'\"\\.]+)+$"
PHONE = r"^\+[1-9][0-9]{5,14}$"
LOCKS = 0x636F6E73
# So long after somebody asked, what we write is still an answer.
ANSWERABLE = timedelta(days=30)

Contacts = Callable[[datetime], QuerySet[Any]]
_contacts: list[Contacts] = []


class Reason(models.TextChoices):
    """Why a customer gets no message, in the order in which it is asked."""

    GONE = "gone", _("No longer a customer")
    RESTRICTED = "restricted", _("Use of the data is restricted")
    NO_ADDRESS = "no_address", _("No usable address")
    NO_CONSENT = "no_consent", _("Has not allowed it")
    SUPPRESSED = "suppressed", _("Address is blocked")
    OVER_CONTACTED = "over_contacted", _("Was written to often enough")
    QUIET = "quiet", _("It is night there")


# Handles of accounts: whatever a provider calls somebody, as long as it is one word.
HANDLE = re.compile(r"[^\s\x00-\x1f]{1,254}")
ONE_WORD = r"^\S{1,254}$"


@dataclass(frozen=True)
class Handle:
    """Where somebody is reached for whom the customer's row has no column: a kind of identity, in the
    numbering of one account. `column` stands in for those of whom no such handle is known."""

    # How a query calls it; of several in one query each needs its own.
    name: str
    kind: str
    scope: str = ""
    column: str = ""


@dataclass(frozen=True)
class Question:
    """What is asked about each customer: may a message of this purpose go over this kind of channel now?"""

    channel: str
    purpose: str
    at: datetime
    # The address or handle, where it is not the one that the customer's row has.
    to: str = ""
    # They wrote a moment ago and wait for it: night is no reason then.
    is_answer: bool = False
    # When they last wrote from that very address: what they said no to before holds no answer back.
    asked_at: datetime | None = None
    # Of whoever is asked about, where there is no column for it.
    handle: Handle | None = None

    @property
    def address(self) -> str:
        return self.handle.name if self.handle else ADDRESS_COLUMNS.get(self.channel, "")

    @property
    def form(self) -> str:
        """What an address of this channel looks like."""
        known = {"email": EMAIL, "phone": PHONE}
        return known.get(ADDRESS_COLUMNS.get(self.channel, ""), ONE_WORD)

    @property
    def is_usable(self) -> bool:
        """Whether `to` looks like what the channel writes to."""
        known = self.channel in ADDRESS_COLUMNS
        return bool(re.fullmatch(self.form, self.to) if known else HANDLE.fullmatch(self.to))


def count_contacts(contacts: Contacts) -> None:
    """Registers where messages that count towards the cap are kept: rows with a `customer`."""
    _contacts.append(contacts)


def judged(
    customers: CustomerQuerySet, question: Question, more: Sequence[tuple[str, Q]] = ()
) -> QuerySet[Any]:
    """The customers, each with its `verdict`: empty if the message may go, else a Reason.

    `more` are further rules of the caller, asked before the quiet hours: what waits is not left out.
    """
    found: QuerySet[Any] = addressed(customers, question).annotate(verdict=verdict(question, more))
    return found


def verdict(question: Question, more: Sequence[tuple[str, Q | Combinable]] = ()) -> Case:
    """The rules as one expression, for customers who are `addressed` for the same question."""
    rules: list[tuple[str, Q | Combinable]] = [*_rules(question), *more, *_waiting(question)]
    cases = [When(condition, then=Value(str(reason))) for reason, condition in rules]
    return Case(*cases, default=Value(""), output_field=CharField())


def addressed(customers: QuerySet[Any], question: Question) -> QuerySet[Any]:
    """The customers, each with the handle that the question is about: the one heard from last."""
    handle = question.handle
    if handle is None:
        return customers
    known = Identity.objects.attached().filter(
        profile__customer=OuterRef("pk"), kind=handle.kind, scope__in={handle.scope, ""}
    )
    newest = Subquery(known.order_by("-last_seen_at", "-pk").values("value")[:1])
    instead: Combinable = F(handle.column) if handle.column else Value("")
    reached = Coalesce(newest, instead, output_field=CharField())
    found: QuerySet[Any] = customers.annotate(**{handle.name: reached})
    return found


class Judge:
    """A question compiled once and asked of one batch of customers after the other.

    Composing it anew each time would cost more than sending the batch. The moment of the question stands
    still meanwhile, so a judge should not serve longer than a few seconds.
    """

    def __init__(self, question: Question, *columns: str) -> None:
        self.question = question
        rows = judged(Customer.objects.all(), question).values_list("pk", "verdict", *columns)
        self._query, self._params = rows.query.sql_with_params()

    def ask(self, customer_ids: Iterable[int]) -> list[tuple[Any, ...]]:
        """Rows of the customer's number, the verdict and the columns."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM ({self._query}) AS judged WHERE pk = ANY(%s::bigint[])",
                [*self._params, array(customer_ids)],
            )
            return list(cursor.fetchall())


def verdict_on(customer: Customer, question: Question) -> str:
    """The verdict on one customer."""
    rows = judged(Customer.objects.filter(pk=customer.pk), question).values_list("verdict", flat=True)
    return next(iter(rows), Reason.GONE)


def hold(customer_ids: Iterable[int]) -> None:
    """Until this transaction ends, nobody else decides about these customers or changes what they allow.

    Ask and record in one transaction after this: so a withdrawal comes wholly before or wholly after, and two
    campaigns at once cannot both use up the last place under the contact cap.
    """
    with connection.cursor() as cursor:
        # In one order for everybody: otherwise two of us could wait for each other.
        cursor.execute(
            "SELECT count(pg_advisory_xact_lock(%s, key)) FROM (SELECT DISTINCT (id %% 2147483647)::int key"
            " FROM unnest(%s::bigint[]) AS id ORDER BY 1) AS keys",
            [LOCKS, array(customer_ids)],
        )


def _rules(question: Question) -> Iterable[tuple[str, Q | Combinable]]:
    yield Reason.GONE, Q(deleted_at__isnull=False)
    yield Reason.RESTRICTED, Exists(Protection.objects.filter(customer=OuterRef("pk")))
    column = question.address
    if question.to or not column:
        if not question.is_usable:
            yield Reason.NO_ADDRESS, Q(pk__isnull=False)
            return
        blocked = suppression.listed_value(question.channel, question.to)
    else:
        yield Reason.NO_ADDRESS, ~Q(**{f"{column}__regex": question.form})
        blocked = suppression.listed(question.channel, column)
    yield Reason.NO_CONSENT, _not_allowed(question)
    yield Reason.SUPPRESSED, Exists(blocked)
    if question.purpose == Purpose.MARKETING and settings.CONTACT_CAP:
        since = question.at - timedelta(days=settings.CONTACT_CAP_DAYS)
        yield Reason.OVER_CONTACTED, _at_least(settings.CONTACT_CAP, [one(since) for one in _contacts])


def _not_allowed(question: Question) -> Combinable:
    said = Consent.objects.filter(customer=OuterRef("pk"), purpose=question.purpose, channel=question.channel)
    if question.purpose == Purpose.SERVICE:
        refused = said.filter(state=State.WITHDRAWN)
        if question.asked_at and question.asked_at > question.at - ANSWERABLE:
            refused = refused.filter(at__gte=question.asked_at)
        return Exists(refused)
    return ~Exists(said.filter(state=State.GRANTED))


def _at_least(number: int, kinds: Sequence[QuerySet[Any]]) -> Q:
    """Whether the customer of the query around has so many of these rows, all kinds together.

    Most have none, and to see that is cheap: counting is for the others.
    """
    mine = [rows.filter(customer=OuterRef("pk")).order_by() for rows in kinds]
    some = [Q(Exists(rows)) for rows in mine]
    counts = [
        Coalesce(Subquery(rows.values("customer").annotate(found=Count("pk")).values("found")), 0)
        for rows in mine
    ]
    total: Combinable = reduce(add, counts)
    return reduce(or_, some) & Q(GreaterThanOrEqual(total, number))


def _waiting(question: Question) -> Iterable[tuple[str, Q]]:
    if question.is_answer or question.channel not in settings.QUIET_CHANNELS:
        return
    if countries := quiet.quiet_countries(question.channel, question.at):
        yield Reason.QUIET, Q(quiet_from=None, country__in=countries)
    own = Q()
    for hour, countries in quiet.countries_by_hour(question.at).items():
        own |= Q(country__in=countries) & _in_own_quiet(hour)
    yield Reason.QUIET, Q(quiet_from__isnull=False) & own


def _in_own_quiet(hour: int) -> Q:
    begun, not_over = Q(quiet_from__lte=hour), Q(quiet_until__gt=hour)
    over_midnight = Q(quiet_from__gt=F("quiet_until"))
    return ~over_midnight & begun & not_over | over_midnight & (begun | not_over)
