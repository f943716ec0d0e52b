"""What a node does beside messages, tasks and tags: fields, owners, segments, notices, webhooks. All of it is
rows in the engine's transaction; what goes out of the house is sent later by whoever sends such rows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import connection

from channels.journeys.done import NOT_POSSIBLE, Act, Done, key_of
from channels.journeys.models import Journey, Run
from channels.journeys.plan import Kind, Node
from channels.webhooks import events
from channels.webhooks.models import Subscription
from crm.accounts.models import User
from crm.lib.errors import Refused
from crm.lib.reading import Unreadable
from customers import services as customers
from customers.fields import definitions, kinds, storing
from customers.fields.definitions import Definition
from customers.models import Customer
from customers.timeline import services as timeline
from segments import services as segments
from segments.models import Segment

# Built-in fields that take any text; all others are those of the company.
PLAIN = ("city", "province", "company", "job_title", "source")
OWN = "own:"
TOLD = "journey.told"
PUT_IN = """
    INSERT INTO segments_pick (segment_id, customer_id, added_by_id, added_at)
    SELECT %s, customer, %s, %s FROM unnest(%s::bigint[]) AS customer ORDER BY customer
    ON CONFLICT DO NOTHING
"""
TAKE_OUT = "DELETE FROM segments_pick WHERE segment_id = %s AND customer_id = ANY(%s)"


def own_field(name: str) -> Definition | None:
    """The company's own field of this name; one whose key is that of a built-in field is another."""
    if not name.startswith(OWN):
        return None
    return definitions.by_key(definitions.current()).get(name.removeprefix(OWN))


def _each(runs: Sequence[Run], work: Callable[[Run], None]) -> dict[int, Done]:
    """One after the other; who cannot have it done goes on without."""
    done: dict[int, Done] = {}
    for run in runs:
        try:
            work(run)
        except (Refused, Unreadable) as refusal:
            done[run.pk] = Done(NOT_POSSIBLE, str(refusal)[:200])
    return done


def _give_owner(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    owner = User.objects.filter(pk=node.settings["owner"], is_active=True).first()
    if owner is None:
        return {run.pk: Done(NOT_POSSIBLE) for run in runs}
    team = customers.team_of(owner)

    def give(run: Run) -> None:
        customer = known[run.customer_id]
        fields = {"owner": owner} | ({"team": team} if team else {})
        customers.update(customer, fields, version=customer.version, by=journey.switched_on_by)

    return _each(runs, give)


def _fill_in(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    name, text, by = node.settings["field"], node.settings["value"], journey.switched_on_by
    own = own_field(name)
    if by is None or (own is None and name not in PLAIN):
        return {run.pk: Done(NOT_POSSIBLE) for run in runs}

    def fill(run: Run) -> None:
        customer = known[run.customer_id]
        if own:
            storing.store(customer, {own.key: kinds.read(own, text)}, by=by)
        else:
            customers.update(customer, {name: text}, version=customer.version, by=by)

    return _each(runs, fill)


def _pick(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    segment = Segment.objects.picked().filter(pk=node.settings["segment"]).first()
    if segment is None or journey.switched_on_by_id is None:
        return {run.pk: Done(NOT_POSSIBLE) for run in runs}
    who = [run.customer_id for run in runs]
    with connection.cursor() as cursor:
        if node.settings["takes_out"]:
            cursor.execute(TAKE_OUT, [segment.pk, who])
        else:
            cursor.execute(PUT_IN, [segment.pk, journey.switched_on_by_id, at, who])
        changed = cursor.rowcount
    if changed:
        segments.refresh(segment)
    return {}


def _tell(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    chosen = User.objects.filter(pk=node.settings["colleague"] or 0, is_active=True).first()
    done: dict[int, Done] = {}
    for run in runs:
        customer = known[run.customer_id]
        colleague = chosen or customer.owner
        if colleague is None:
            done[run.pk] = Done(NOT_POSSIBLE)
            continue
        timeline.record(
            customer,
            TOLD,
            summary=node.settings["title"],
            at=at,
            source="journey",
            source_id=str(key_of(run)),
            tells=[colleague.pk],
        )
    return done


def _call(
    node: Node, journey: Journey, runs: Sequence[Run], known: Mapping[int, Customer], at: datetime
) -> dict[int, Done]:
    subscription = Subscription.objects.filter(pk=node.settings["webhook"], enabled=True).first()
    if subscription is None or events.JOURNEY not in subscription.events:
        return {run.pk: Done(NOT_POSSIBLE) for run in runs}
    told = {"journey": journey.pk, "step": node.id, "name": node.settings["title"]}
    events.send(
        subscription,
        events.JOURNEY,
        {key_of(run): {"customer": run.customer_id, "run": run.pk, **told} for run in runs},
        at,
    )
    return {}


ACTS: Mapping[str, Act] = {
    Kind.OWNER: _give_owner,
    Kind.FIELD: _fill_in,
    Kind.SEGMENT: _pick,
    Kind.NOTICE: _tell,
    Kind.WEBHOOK: _call,
}
