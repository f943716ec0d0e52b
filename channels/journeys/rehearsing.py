"""The dry run: last month's customers walk through a design without anything happening to them. Who would
have entered is read from what really happened; each then goes by the very decisions of the engine, with waits
that pass in no time. Questions are asked as things stand today, since nobody keeps what was true last month.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from channels.campaigns.audience import EMPTY
from channels.campaigns.message import MISSING
from channels.campaigns.templating.designed import lacking
from channels.consent import gate
from channels.journeys import deciding, occasions, plan, short, triggers, wording
from channels.journeys.deciding import Traveller
from channels.journeys.plan import Kind, Plan
from channels.journeys.said import Words
from channels.journeys.triggers import When
from channels.models import Channel
from crm.accounts.models import User
from customers.models import Customer

DAYS = 30
# Enough for shares; more would keep the asker waiting.
MOST = 10_000
# Verdicts with which a message goes, now or in their morning.
GOES = ("", gate.Reason.QUIET)


@dataclass
class Rehearsal:
    """Who came, who was let in, who reached which node, how they ended, whom messages would not reach."""

    came: int = 0
    entered: int = 0
    is_sample: bool = False
    kept_out: int = 0
    reached: Counter[int] = field(default_factory=Counter)
    happened: Counter[tuple[int, str]] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    left_out: dict[int, Counter[str]] = field(default_factory=dict)
    # Of messages in chats: as free text, or as the template that the provider approved.
    carried: dict[int, Counter[str]] = field(default_factory=dict)


def rehearse(
    design: Mapping[str, Any],
    *,
    by: User,
    until: datetime | None = None,
    days: int = DAYS,
) -> Rehearsal:
    """Nothing is written. The design must be without problems."""
    until = until or timezone.now()
    drawn, found = plan.read(design), Rehearsal()
    came = _came(design["trigger"], until - timedelta(days=days), until)
    found.is_sample, came = len(came) > MOST, came[:MOST]
    found.came = len(came)
    entered = _let_in(design, drawn, came, by=by, found=found)
    messaged = _walk(drawn, entered, found)
    _ask_the_gate(drawn, messaged, until, found)
    return found


def _came(trigger: Mapping[str, Any], since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    """Pairs of customer and moment, the first first."""
    if trigger["kind"] == When.BIRTHDAY:
        return _birthdays(trigger, since, until)
    if trigger["kind"] == When.FESTIVAL:
        # The next one, as if it had been a month ago.
        return [(pk, since) for pk in occasions.everybody(trigger).values_list("pk", flat=True)[: MOST + 1]]
    if trigger["kind"] == When.RISK:
        above = Customer.objects.present().filter(prediction__lapse_risk__gte=trigger["percent"])
        return [(pk, since) for pk in above.order_by("pk").values_list("pk", flat=True)[: MOST + 1]]
    happening = triggers.happening(trigger, looking_back=True)
    if happening is None:
        return []
    rows = happening.named().filter(moment__gte=since, moment__lt=until).order_by("moment", "number")
    return [(row["who"], row["moment"]) for row in rows[: MOST + 1]]


def _birthdays(trigger: Mapping[str, Any], since: datetime, until: datetime) -> list[tuple[int, datetime]]:
    first = timezone.localdate(since)
    days = [first + timedelta(days=one) for one in range((timezone.localdate(until) - first).days + 1)]
    came: list[tuple[int, datetime]] = []
    for day in days:
        if since <= (moment := occasions.hour_of(trigger, day)) < until:
            came += [(pk, moment) for pk, _key in occasions.of(trigger, day).came(0, MOST + 1)]
    return came


def _let_in(
    design: Mapping[str, Any],
    drawn: Plan,
    came: Sequence[tuple[int, datetime]],
    *,
    by: User,
    found: Rehearsal,
) -> list[Traveller]:
    """Those who may be seen and come for the first time; coming again is not played through."""
    who = {customer for customer, _moment in came}
    visible = set(Customer.objects.visible_to(by).filter(pk__in=who).values_list("pk", flat=True))
    entered: dict[int, Traveller] = {}
    for customer, moment in came:
        if customer in visible and customer not in entered:
            due = deciding.arrival(drawn, drawn.first, moment)
            entered[customer] = Traveller(customer, customer, moment, drawn.first, due, 0, Counter())
    found.entered, found.kept_out = len(entered), len(came) - len(entered)
    return list(entered.values())


def _walk(drawn: Plan, travellers: list[Traveller], found: Rehearsal) -> dict[int, set[int]]:
    """Moves everybody to their end. Answers whom which message was written to."""
    messaged: dict[int, set[int]] = defaultdict(set)
    found.reached.update(one.node for one in travellers)
    while travellers:
        outcomes, onward = deciding.decide(drawn, travellers), []
        for one in travellers:
            outcome = outcomes[one.id]
            found.happened[one.node, outcome.what] += 1
            if outcome.what == Kind.MESSAGE:
                messaged[one.node].add(one.customer)
            if outcome.to and not outcome.end:
                onward.append(_onward(drawn, one, outcome.to))
                found.reached[outcome.to] += 1
            else:
                found.ends[outcome.end] += 1
        travellers = onward
    return messaged


def _onward(drawn: Plan, one: Traveller, to: int) -> Traveller:
    visits = Counter(one.visits)
    visits[one.node] += 1
    due = deciding.arrival(drawn, to, one.at)
    return replace(one, node=to, at=due, steps=one.steps + 1, visits=visits)


def _ask_the_gate(drawn: Plan, messaged: Mapping[int, set[int]], at: datetime, found: Rehearsal) -> None:
    """Why the messages of a node would not go, by the rules of sending as they answer now."""
    for number, customers in messaged.items():
        settings = drawn.nodes[number].settings
        channel = Channel.objects.filter(pk=settings["channel"]).first()
        if channel is None:
            continue
        if channel.kind in short.CHATS:
            said = _judged_in_chat(settings, channel, customers, at)
            found.carried[number] = Counter(how for why, how in said if why in GOES)
            verdicts = Counter(why for why, _how in said)
        else:
            verdicts = _judged(settings, channel, customers, at)
        found.left_out[number] = Counter({why: n for why, n in verdicts.items() if why not in GOES})


def _judged(
    settings: Mapping[str, Any], channel: Channel, customers: Collection[int], at: datetime
) -> Counter[str]:
    question = gate.Question(channel.kind, settings["purpose"], at)
    rules = _missing(wording.of(settings, channel))
    rows = gate.judged(Customer.objects.filter(pk__in=customers), question, rules)
    return Counter(dict(rows.order_by().values_list("verdict").annotate(people=Count("pk"))))


def _judged_in_chat(
    settings: Mapping[str, Any], channel: Channel, customers: Collection[int], at: datetime
) -> list[tuple[str, str]]:
    way = short.way_of(settings, channel, wording.version_of(settings))
    rules = _missing(wording.of(settings, channel))
    return short.judged(way, settings["purpose"], at, customers, rules)


def _missing(words: Words | None) -> list[tuple[str, Any]]:
    """A rule for each field that some would miss who would read it."""
    needs = words.needs if words else []
    return [
        (MISSING, EMPTY[name] & readers) for name in EMPTY if (readers := lacking(needs, name)) is not None
    ]
