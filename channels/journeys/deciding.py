"""What a step does to somebody, without doing it: asked by the engine before it acts and by the dry run,
which never acts. One question for everybody who stands at the same node.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import connection
from django.utils import timezone

from channels.journeys import waiting
from channels.journeys.plan import MOST_STEPS, Goal, Kind, Node, Plan
from customers.models import Customer
from customers.orders.models import Order
from segments import rules

# Why a run ends before the last node.
GOAL, GONE, RULE, LOOP, EXIT, STOPPED = "goal", "gone", "rule", "loop", "exit", "stopped"
MERGED = "merged"

ORDERED = """
    SELECT asked.id FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
        AS asked(id, customer, since, until)
    WHERE EXISTS (
        SELECT FROM orders_order AS bought WHERE bought.customer_id = asked.customer
        AND bought.placed_at > asked.since AND bought.placed_at <= asked.until
        AND NOT bought.status = ANY(%s))
"""


@dataclass(frozen=True)
class Traveller:
    """Somebody who stands at a node at a moment. `visits` counts how often they made a step at a node."""

    id: int
    customer: int
    entered_at: datetime
    node: int
    at: datetime
    steps: int
    visits: Mapping[int, int]


@dataclass(frozen=True)
class Outcome:
    """What happens there, where it leads, and why it ends if it does."""

    what: str
    to: int = 0
    end: str = ""


def decide(plan: Plan, travellers: Sequence[Traveller]) -> dict[int, Outcome]:
    """What happens to each, by the number of their run."""
    ended = _ends(plan, travellers)
    outcomes = {one: Outcome(why, end=why) for one, why in ended.items()}
    by_node: dict[int, list[Traveller]] = {}
    for one in travellers:
        if one.id not in ended:
            by_node.setdefault(one.node, []).append(one)
    for number, group in by_node.items():
        outcomes |= _at(plan.nodes[number], group)
    return outcomes


def arrival(plan: Plan, node: int, at: datetime) -> datetime:
    """When somebody who comes to a node now is to make the step there."""
    found = plan.nodes[node]
    return waiting.until(found.settings, at) if found.kind == Kind.WAIT else at


def _at(node: Node, group: Sequence[Traveller]) -> dict[int, Outcome]:
    if node.kind == Kind.CONDITION:
        yes = matching(rules.parse(node.settings["rule"]), (one.customer for one in group))
        return {one.id: _fork(node, "yes" if one.customer in yes else "no") for one in group}
    if node.kind == Kind.SPLIT:
        percent = node.settings["percent"]
        return {one.id: _fork(node, "a" if lot(node, one) < percent else "b") for one in group}
    if node.kind == Kind.AGAIN:
        return {one.id: _again(node, one) for one in group}
    if node.kind == Kind.EXIT:
        return {one.id: Outcome(EXIT, end=EXIT) for one in group}
    return {one.id: Outcome(node.kind, node.after()) for one in group}


def _fork(node: Node, branch: str) -> Outcome:
    return Outcome(branch, node.after(branch))


def _again(node: Node, one: Traveller) -> Outcome:
    goes_back = one.visits.get(node.id, 0) < node.settings["times"]
    return Outcome("again", node.settings["to"]) if goes_back else Outcome("enough", node.after())


def lot(node: Node, one: Traveller) -> int:
    """0 to 99; the same customer draws the same at the same node."""
    digest = blake2b(f"{node.id}:{node.settings.get('salt', '')}:{one.customer}".encode(), digest_size=8)
    return int.from_bytes(digest.digest()) % 100


def matching(rule: rules.Group, customers: Iterable[int]) -> set[int]:
    """Those of the customers to whom the rule applies now."""
    rows = Customer.objects.filter(pk__in=list(customers))
    return set(rules.narrow(rows, rule, as_of=timezone.now()).order_by().values_list("pk", flat=True))


def _ends(plan: Plan, travellers: Sequence[Traveller]) -> dict[int, str]:
    """Who does not make the step, and why; the first reason counts."""
    customers = [one.customer for one in travellers]
    present = set(Customer.objects.present().filter(pk__in=customers).values_list("pk", flat=True))
    leaving = matching(plan.leave, customers) if plan.leave else set()
    ordered = _ordered(travellers) if plan.goal == Goal.ORDER else set()
    reasons: dict[int, str] = {}
    for one in travellers:
        if one.customer not in present:
            reasons[one.id] = GONE
        elif one.id in ordered:
            reasons[one.id] = GOAL
        elif one.customer in leaving:
            reasons[one.id] = RULE
        elif one.steps >= MOST_STEPS or one.node not in plan.nodes:
            reasons[one.id] = LOOP
    return reasons


def _ordered(travellers: Sequence[Traveller]) -> set[int]:
    """Who ordered since they entered."""
    columns = zip(*((one.id, one.customer, one.entered_at, one.at) for one in travellers), strict=True)
    uncounted = [Order.Status.CANCELLED.value, Order.Status.REFUNDED.value]
    with connection.cursor() as cursor:
        cursor.execute(ORDERED, [*(list(column) for column in columns), uncounted])
        return {row[0] for row in cursor.fetchall()}
